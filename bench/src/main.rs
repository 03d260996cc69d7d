//! Benchmarks of `sessiond` beside its peers, run by `cargo xtask bench`.

fn main() -> anyhow::Result<()> {
    anyhow::bail!("there are no benchmarks yet")
}
