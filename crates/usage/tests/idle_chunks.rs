//! A chunk with only content is recognised without allocation.

#[path = "../benches/chunks/mod.rs"]
mod chunks;

use chunks::CHUNKS;
use tracing_genai_usage::ResponseReader;

#[test]
fn idle_chunks_allocate_nothing_at_any_split() {
    for chunk in CHUNKS {
        let idle = chunk.idle().concat();
        for cut in [idle.len(), 100, 1] {
            let mut reader = chunk.opened(ResponseReader::new);
            let mut push = || {
                for part in idle.chunks(cut) {
                    std::hint::black_box(reader.push(std::hint::black_box(part)));
                }
            };
            push();
            let info = allocation_counter::measure(push);
            assert_eq!(info.count_total, 0, "{} in parts of {cut}", chunk.of);
        }
    }
}
