//! Exports finished spans to memory, for the tree, and to a file as OTLP JSON lines.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::Context;
use opentelemetry_proto::{
    tonic::collector::trace::v1::ExportTraceServiceRequest,
    transform::{common::tonic::ResourceAttributesWithSchema, trace::tonic::group_spans_by_resource_and_scope},
};
use opentelemetry_sdk::{
    Resource,
    error::{OTelSdkError, OTelSdkResult},
    trace::{SpanData, SpanExporter},
};

/// A span exporter to a file and to memory.
#[derive(Debug)]
pub(crate) struct JsonLines {
    file: Mutex<BufWriter<File>>,
    finished: FinishedSpans,
    resource: ResourceAttributesWithSchema,
}

/// The spans exported so far; shared with the exporter.
#[derive(Clone, Debug, Default)]
pub(crate) struct FinishedSpans(Arc<Mutex<Vec<SpanData>>>);

impl JsonLines {
    /// Creates or replaces the file. Fails if it cannot be created.
    pub(crate) fn create(path: &Path) -> anyhow::Result<Self> {
        let file = File::create(path)
            .with_context(|| format!("cannot write {}; name another file with --out", path.display()))?;
        Ok(Self {
            file: Mutex::new(BufWriter::new(file)),
            finished: FinishedSpans::default(),
            resource: ResourceAttributesWithSchema::default(),
        })
    }

    /// The spans of this exporter, also after it was passed to the SDK.
    pub(crate) fn finished(&self) -> FinishedSpans {
        self.finished.clone()
    }

    fn write_line(&self, batch: Vec<SpanData>) -> std::io::Result<()> {
        let request = ExportTraceServiceRequest {
            resource_spans: group_spans_by_resource_and_scope(batch, &self.resource),
        };
        let mut file = lock(&self.file);
        serde_json::to_writer(&mut *file, &request)?;
        file.write_all(b"\n")?;
        file.flush()
    }
}

impl SpanExporter for JsonLines {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        lock(&self.finished.0).extend_from_slice(&batch);
        self.write_line(batch)
            .map_err(|error| OTelSdkError::InternalFailure(error.to_string()))
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.resource = resource.into();
    }
}

impl FinishedSpans {
    /// Takes the spans out, in the order in which they ended.
    pub(crate) fn take(&self) -> Vec<SpanData> {
        std::mem::take(&mut *lock(&self.0))
    }
}

/// The default file: in the build folder if it exists, else a new temporary file.
pub(crate) fn default_path() -> anyhow::Result<PathBuf> {
    let build_folder = Path::new("target");
    if build_folder.is_dir() {
        return Ok(build_folder.join("demo.otlp.jsonl"));
    }
    let file = tempfile::Builder::new()
        .prefix("demo-")
        .suffix(".otlp.jsonl")
        .tempfile()?;
    Ok(file.into_temp_path().keep()?)
}

/// Ignores poisoning: a panic leaves only whole spans.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use opentelemetry::KeyValue;
    use serde_json::Value;

    use super::*;
    use crate::demo::finished_span::FinishedSpan;

    async fn exported(spans: Vec<SpanData>) -> (Vec<Value>, Vec<SpanData>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spans.jsonl");
        let mut exporter = JsonLines::create(&path).unwrap();
        exporter.set_resource(
            &Resource::builder_empty()
                .with_attribute(KeyValue::new("service.name", "desk"))
                .build(),
        );
        for span in spans {
            exporter.export(vec![span]).await.unwrap();
        }
        let lines = std::fs::read_to_string(&path).unwrap();
        (
            lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
            exporter.finished().take(),
        )
    }

    #[tokio::test]
    async fn each_batch_is_a_line_with_its_resource_and_hexadecimal_ids() {
        let spans = vec![
            FinishedSpan::new(0xab).build(),
            FinishedSpan::new(0xcd).child_of(0xab).build(),
        ];

        let (lines, _) = exported(spans).await;

        assert_eq!(lines.len(), 2);
        let resource = &lines[1]["resourceSpans"][0];
        assert_eq!(resource["resource"]["attributes"][0]["value"]["stringValue"], "desk");
        let span = &resource["scopeSpans"][0]["spans"][0];
        assert_eq!(span["spanId"], "00000000000000cd");
        assert_eq!(span["parentSpanId"], "00000000000000ab");
        assert_eq!(span["traceId"], "00000000000000000000000000000001");
    }

    #[tokio::test]
    async fn integers_stay_integers_in_the_file() {
        let span = FinishedSpan::new(1).attribute("gen_ai.usage.input_tokens", 12).build();

        let (lines, _) = exported(vec![span]).await;

        let attribute = &lines[0]["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"][0];
        // Protobuf's JSON mapping writes 64-bit integers as strings.
        assert_eq!(attribute["value"]["intValue"], "12");
    }

    #[tokio::test]
    async fn spans_are_kept_in_the_order_of_their_end() {
        let spans = vec![FinishedSpan::new(2).build(), FinishedSpan::new(1).build()];

        let (_, kept) = exported(spans.clone()).await;

        assert_eq!(kept, spans);
    }

    #[test]
    fn a_file_that_cannot_be_created_is_named_in_the_error() {
        let error = JsonLines::create(Path::new("/nowhere/at/all.jsonl")).unwrap_err();

        assert!(error.to_string().contains("/nowhere/at/all.jsonl"), "{error}");
    }
}
