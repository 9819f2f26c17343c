//! Timing of a stream's chunks: first chunk, gaps, stalls.

use std::time::{Duration, Instant};

use opentelemetry::{Array, Value};
use tracing_genai_semconv::metric::OPERATION_TIME_PER_OUTPUT_CHUNK;
use tracing_genai_semconv::{Attribute, own};

use crate::Call;

/// Default time without a chunk that counts as a stall.
pub(crate) const STALL_AFTER: Duration = Duration::from_secs(5);

/// The buckets of the conventions' histogram, with the one above its last boundary.
const BUCKETS: usize = OPERATION_TIME_PER_OUTPUT_CHUNK.boundaries.len() + 1;

/// Timing of one stream. Gaps are kept per histogram bucket, so memory does not grow with the stream.
#[derive(Debug)]
pub(crate) struct ChunkTiming {
    pub(crate) stall_after: Duration,
    chunks: u64,
    first: Option<Instant>,
    last: Option<Instant>,
    counts: [u32; BUCKETS],
    sums: [Duration; BUCKETS],
    longest: Duration,
    stalls: u32,
}

impl ChunkTiming {
    pub(crate) const fn new() -> Self {
        Self {
            stall_after: STALL_AFTER,
            chunks: 0,
            first: None,
            last: None,
            counts: [0; BUCKETS],
            sums: [Duration::ZERO; BUCKETS],
            longest: Duration::ZERO,
            stalls: 0,
        }
    }

    /// Notes a chunk at `now`, and records the first on `call`.
    pub(crate) fn chunk(&mut self, now: Instant, call: &Call) {
        self.chunks += 1;
        if let Some(last) = self.last.replace(now) {
            self.gap(now.saturating_duration_since(last));
        } else {
            self.first = Some(now);
            let waited = now.saturating_duration_since(call.started()).as_secs_f64();
            call.attribute(Attribute::ResponseTimeToFirstChunk.name(), waited);
        }
    }

    fn gap(&mut self, gap: Duration) {
        self.add_wait(gap);
        let boundaries = OPERATION_TIME_PER_OUTPUT_CHUNK.boundaries;
        let seconds = gap.as_secs_f64();
        let bucket = boundaries.partition_point(|boundary| *boundary < seconds);
        if let (Some(count), Some(sum)) = (self.counts.get_mut(bucket), self.sums.get_mut(bucket)) {
            *count = count.saturating_add(1);
            *sum = sum.saturating_add(gap);
        }
    }

    fn add_wait(&mut self, gap: Duration) {
        self.longest = self.longest.max(gap);
        self.stalls = self.stalls.saturating_add(u32::from(gap >= self.stall_after));
    }

    /// Records the whole stream, which ended at `now`, on `call`.
    pub(crate) fn end(mut self, now: Instant, call: &Call) {
        call.attribute(own::STREAM_CHUNKS, i64::try_from(self.chunks).unwrap_or(i64::MAX));
        let (Some(first), Some(last)) = (self.first, self.last) else {
            return;
        };
        // The time after the last chunk is not a gap, but the caller waited for it.
        self.add_wait(now.saturating_duration_since(last));
        call.attribute(own::STREAM_STALLS, i64::from(self.stalls));
        call.attribute(own::STREAM_LONGEST_GAP, self.longest.as_secs_f64());
        if let Some(rate) = tokens_per_second(call.output_tokens(), last.saturating_duration_since(first)) {
            call.attribute(own::STREAM_OUTPUT_TOKENS_PER_SECOND, rate);
        }
        if self.chunks > 1 {
            let counts = self.counts.iter().map(|&count| i64::from(count)).collect();
            let sums = self.sums.iter().map(Duration::as_secs_f64).collect();
            call.attribute(own::STREAM_GAP_COUNTS, Value::Array(Array::I64(counts)));
            call.attribute(own::STREAM_GAP_SECONDS, Value::Array(Array::F64(sums)));
        }
    }
}

/// The output rate. The first token belongs to the first chunk's wait and is not counted; a single chunk has no rate.
fn tokens_per_second(output_tokens: Option<u64>, time: Duration) -> Option<f64> {
    let tokens = u32::try_from(output_tokens?.checked_sub(1)?).ok()?;
    (tokens > 0 && !time.is_zero()).then(|| f64::from(tokens) / time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_needs_time_and_more_than_one_token() {
        let second = Duration::from_secs(1);
        assert_eq!(tokens_per_second(Some(101), 2 * second), Some(50.0));
        assert_eq!(tokens_per_second(Some(1), second), None);
        assert_eq!(tokens_per_second(Some(0), second), None);
        assert_eq!(tokens_per_second(Some(9), Duration::ZERO), None);
        assert_eq!(tokens_per_second(None, second), None);
    }
}
