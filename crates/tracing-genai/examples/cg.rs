//! cg
#[path = "../benches/paths/mod.rs"]
mod paths;
fn main() {
    let want = std::env::args().nth(1).unwrap();
    let n: u32 = std::env::args().nth(2).unwrap().parse().unwrap();
    for p in paths::all() { if p.name == want { p.within(|| for _ in 0..n { p.span() }); } }
    std::process::exit(0);
}
