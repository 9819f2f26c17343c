//! The gate that no noisy machine can move: how often a span allocates, against the bridge it stands on.

#[path = "../benches/paths/mod.rs"]
mod paths;

use paths::{DEFAULT, LEAN, OURS, OURS_DEFAULT, OURS_ON_THE_SPOT, Path};

const SPANS: u64 = 100;

fn allocations(path: &Path) -> u64 {
    path.within(|| {
        // The first spans fill caches and pools.
        (0..100).for_each(|_| path.span());
        path.flush();
        allocation_counter::measure(|| (0..SPANS).for_each(|_| path.span())).count_total
    })
}

#[test]
fn a_span_allocates_at_most_four_times_more_than_on_the_same_bridge_alone() {
    let paths = paths::all();
    let of = |name: &str| paths.iter().find(|path| path.name == name).map(allocations).unwrap();
    let (default, lean) = (of(DEFAULT), of(LEAN));
    for (name, bridge) in [(OURS, lean), (OURS_ON_THE_SPOT, lean), (OURS_DEFAULT, default)] {
        let ours = of(name);
        assert!(
            ours <= bridge + 4 * SPANS,
            "{name}: {ours} against {bridge} in {SPANS} spans"
        );
    }
    let ours = of(OURS);
    assert!(ours <= default, "{ours} against {default} in {SPANS} spans");
}
