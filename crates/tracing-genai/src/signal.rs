//! Flushes on SIGTERM, the stop signal of containers.

use std::io;

/// Resolves on ctrl-c or SIGTERM. Containers and service managers send SIGTERM, which a handler of ctrl-c alone does
/// not receive.
///
/// ```no_run
/// # async fn serve(until: impl Future<Output = ()>) {}
/// # async fn run() {
/// let _telemetry = tracing_genai::init();
/// serve(tracing_genai::shutdown_signal()).await;
/// // the guard is dropped here, and sends the last spans
/// # }
/// ```
///
/// If no handler can be installed it never resolves, and the process ends by its default handlers.
pub async fn shutdown_signal() {
    if wait().await.is_err() {
        std::future::pending::<()>().await;
    }
}

#[cfg(unix)]
async fn wait() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    std::future::poll_fn(|context| match interrupt.poll_recv(context) {
        std::task::Poll::Pending => terminate.poll_recv(context).map(drop),
        std::task::Poll::Ready(_) => std::task::Poll::Ready(()),
    })
    .await;
    Ok(())
}

#[cfg(not(unix))]
async fn wait() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}

/// On SIGTERM, sends the remaining telemetry, then ends the process by the default handler.
#[cfg(unix)]
pub(crate) fn flush_on_sigterm(running: &std::sync::Arc<crate::telemetry::Running>) -> io::Result<()> {
    use signal_hook::consts::SIGTERM;
    use signal_hook::iterator::Signals;

    let mut signals = Signals::new([SIGTERM])?;
    let running = std::sync::Arc::downgrade(running);
    std::thread::Builder::new()
        .name("tracing-genai-signal".to_owned())
        .spawn(move || {
            if signals.forever().next().is_some() {
                if let Some(running) = running.upgrade() {
                    running.shutdown(std::time::Duration::from_secs(5));
                }
                let _ = signal_hook::low_level::emulate_default_handler(SIGTERM);
            }
        })?;
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn flush_on_sigterm(_running: &std::sync::Arc<crate::telemetry::Running>) -> io::Result<()> {
    Ok(())
}
