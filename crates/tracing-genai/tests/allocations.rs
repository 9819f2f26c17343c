//! The limit on allocations per span above the bridge, which does not depend on the machine's load.

#[path = "../benches/paths/mod.rs"]
mod paths;

use paths::{DEFAULT, LEAN, OURS, OURS_DEFAULT, OURS_WITHOUT_HAND_OVER, Path};

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
fn a_span_makes_at_most_four_allocations_more_than_the_bridge() {
    let paths = paths::all();
    let of = |name: &str| paths.iter().find(|path| path.name == name).map(allocations).unwrap();
    let (default, lean) = (of(DEFAULT), of(LEAN));
    for (name, bridge) in [(OURS, lean), (OURS_WITHOUT_HAND_OVER, lean), (OURS_DEFAULT, default)] {
        let ours = of(name);
        assert!(
            ours <= bridge + 4 * SPANS,
            "{name}: {ours} against {bridge} in {SPANS} spans"
        );
    }
    let ours = of(OURS);
    assert!(ours <= default, "{ours} against {default} in {SPANS} spans");
}
