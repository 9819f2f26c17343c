//! The parameters of a request, from its body.

mod form;
mod object;
mod parameters;
mod text;
mod work;

use form::ModelField;
use object::ObjectScan;
pub use parameters::Request;
use work::Work;

/// The work of one slice: some 50 µs, for 256 KiB of text or 32 KiB of anything else.
const SLICE_WORK: usize = 1 << 15;
/// The work of one body: some 50 ms, for 256 MiB of text or 32 MiB of anything else.
const MAX_WORK: usize = 1 << 25;

/// Reads the JSON body of a request of any API. A parameter of an unexpected type or longer than 4 KiB is absent; of a
/// body that is cut off or invalid, what stands before the fault is read.
///
/// ```
/// let request = tracing_genai_usage::read_request(br#"{"model":"gpt-4o","stream":true,"max_completion_tokens":64}"#);
/// assert_eq!((request.model.as_deref(), request.stream, request.max_tokens), (Some("gpt-4o"), Some(true), Some(64)));
/// ```
pub fn read_request(body: &[u8]) -> Request {
    let mut reader = RequestReader::new(None);
    reader.push(body);
    reader.finish()
}

/// Reads the body of a request in transit, JSON or a multipart form, and keeps only its parameters: memory stays below
/// 16 KiB, whatever the body holds.
///
/// [`push_slice`](Self::push_slice) bounds the work at a time, for callers that must not block. The work of a whole body is
/// bounded too, some 256 MiB of texts or 32 MiB of anything else: what follows is not read, and its parameters stay unknown.
///
/// ```
/// use tracing_genai_usage::RequestReader;
///
/// let mut reader = RequestReader::new(Some("application/json"));
/// reader.push(br#"{"model":"gpt-4o","messages":["#);
/// reader.push(b"]}");
/// assert_eq!(reader.finish().model.as_deref(), Some("gpt-4o"));
/// ```
#[derive(Clone)]
pub struct RequestReader {
    form: Option<ModelField>,
    object: ObjectScan,
    /// The work that is left for the whole body.
    work: Work,
}

impl RequestReader {
    /// A reader for a body of this `content-type`.
    pub fn new(content_type: Option<&str>) -> Self {
        Self {
            form: content_type.and_then(ModelField::of),
            object: ObjectScan::default(),
            work: Work::new(MAX_WORK),
        }
    }

    /// Reads the next bytes of the body.
    pub fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let read = self.push_slice(bytes);
            bytes = bytes.get(read..).unwrap_or_default();
        }
    }

    /// Reads a slice of the next bytes, which takes some 50 µs at most; returns how many bytes it read. Push the rest
    /// later, before other bytes.
    ///
    /// ```
    /// use tracing_genai_usage::RequestReader;
    ///
    /// let body = [b"[".repeat(1 << 20), b"]".repeat(1 << 20)].concat();
    /// let body = [br#"{"messages":"#.as_slice(), &body, br#","model":"gpt-4o"}"#].concat();
    /// let (mut reader, mut read, mut slices) = (RequestReader::new(None), 0, 0);
    /// while read < body.len() {
    ///     read += reader.push_slice(&body[read..]);
    ///     slices += 1;
    /// }
    /// assert!(slices > 64);
    /// assert_eq!(reader.finish().model.as_deref(), Some("gpt-4o"));
    /// ```
    pub fn push_slice(&mut self, bytes: &[u8]) -> usize {
        if self.is_done() {
            return bytes.len();
        }
        let mut slice = Work::new(SLICE_WORK.min(self.work.left()));
        let before = slice.left();
        let read = match &mut self.form {
            None => self.object.read(bytes, &mut slice),
            Some(field) => field.read(bytes, &mut slice),
        };
        self.work.spend(before - slice.left());
        read
    }

    /// Whether the rest of the body will not be read: everything was found, it is not a request, or it is too long.
    pub fn is_done(&self) -> bool {
        self.is_over() || self.work.is_used_up()
    }

    /// Whether the body is too long, so that parameters may stay unknown.
    ///
    /// ```
    /// use tracing_genai_usage::RequestReader;
    ///
    /// let mut reader = RequestReader::new(None);
    /// reader.push(br#"{"model":"gpt-4o"}"#);
    /// assert!(reader.is_done() && !reader.is_cut());
    /// ```
    pub fn is_cut(&self) -> bool {
        !self.is_over() && self.work.is_used_up()
    }

    fn is_over(&self) -> bool {
        match &self.form {
            None => self.object.is_over(),
            Some(field) => field.is_over(),
        }
    }

    /// The parameters found.
    pub fn finish(self) -> Request {
        match self.form {
            None => self.object.finish(),
            Some(field) => Request {
                model: field.value(),
                ..Request::default()
            },
        }
    }
}

impl std::fmt::Debug for RequestReader {
    /// Omits the content.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RequestReader").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_all_apis_are_read() {
        let expected = Request {
            max_tokens: Some(64),
            temperature: Some(0.5),
            top_p: Some(0.25),
            stop_sequences: vec!["END".to_owned()],
            ..Request::default()
        };
        for body in [
            r#"{"max_completion_tokens":64,"temperature":0.5,"top_p":0.25,"stop":"END","messages":[]}"#,
            r#"{"max_output_tokens":64,"temperature":0.5,"top_p":0.25,"stop":["END"]}"#,
            r#"{"max_tokens":64,"temperature":0.5,"top_p":0.25,"stop_sequences":["END"]}"#,
            r#"{"generationConfig":{"maxOutputTokens":64,"temperature":0.5,"topP":0.25,"stopSequences":["END"]}}"#,
            r#"{"inferenceConfig":{"maxTokens":64,"temperature":0.5,"topP":0.25,"stopSequences":["END"]}}"#,
            r#"{"options":{"num_predict":64,"temperature":0.5,"top_p":0.25,"stop":["END"]}}"#,
        ] {
            assert_eq!(read_request(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn the_model_of_a_form_is_read_from_any_split() {
        let form = [
            b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp3\"\r\n\r\n".as_slice(),
            &[0; 5000],
            b"name=\"mod\r\n--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n--b--\r\n",
        ]
        .concat();
        for step in (1..40).chain([1000, form.len()]) {
            let mut reader = RequestReader::new(Some("multipart/form-data; boundary=b"));
            form.chunks(step).for_each(|chunk| reader.push(chunk));
            assert_eq!(
                reader.finish().model.as_deref(),
                Some("whisper-1"),
                "in steps of {step}"
            );
        }
    }

    #[test]
    fn other_bodies_give_an_empty_request() {
        for body in [
            "",
            "[1]",
            "{",
            r#"{"model":7,"temperature":"hot","max_tokens":-1,"stop":{}}"#,
        ] {
            assert_eq!(read_request(body.as_bytes()), Request::default(), "{body}");
        }
    }

    #[test]
    fn speech_is_counted_in_characters() {
        let characters = |body: &str| read_request(body.as_bytes()).characters;
        assert_eq!(
            characters(r#"{"model":"tts-1","input":"Straße \"A\"","voice":"alloy"}"#),
            Some(10)
        );
        assert_eq!(characters(r#"{"text":"ab","voice_setting":{"voice_id":"x"}}"#), Some(2));
        // The input of a chat is not speech, and a possibly truncated text is not counted.
        assert_eq!(characters(r#"{"model":"gpt-4o","input":"hello"}"#), None);
        assert_eq!(
            characters(&format!(r#"{{"input":"{}","voice":"x"}}"#, "a".repeat(5_000))),
            None
        );
    }
}
