//! A server as a child process on loopback: started, awaited until ready, killed when dropped.

use std::{
    collections::HashSet,
    fs::{File, OpenOptions},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{LazyLock, Mutex},
    thread,
    time::{Duration, Instant, SystemTime},
};

use tempfile::TempDir;

/// The timeout for the start of a server, on a busy machine.
const START: Duration = Duration::from_mins(1);

/// The ports tried: below the system's ephemeral ports, which could take a server's port during a restart.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// A running server. Dropping it kills the process and, if the test fails, prints the end of its log.
#[derive(Debug)]
pub struct Server {
    name: &'static str,
    command: Command,
    ready: String,
    child: Child,
    folder: TempDir,
}

impl Server {
    /// Starts `command` in its own empty folder and waits until a GET of `ready` succeeds.
    ///
    /// # Panics
    /// With the end of its log, if it cannot be started, ends early or is not ready within a minute.
    pub async fn start(name: &'static str, mut command: Command, ready: String) -> Self {
        let folder = tempfile::Builder::new().prefix(name).tempdir().unwrap();
        let log = File::create(folder.path().join("log")).unwrap();
        command.current_dir(folder.path()).stdin(Stdio::null());
        let child = spawn(&mut command, &log);
        let mut server = Self {
            name,
            command,
            ready,
            child,
            folder,
        };
        server.wait_until_ready().await;
        server
    }

    /// The id of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The folder the server was started in.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_path_buf()
    }

    /// Its standard output and error, over all restarts.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Kills the process, as a crash would, and waits for its end.
    pub fn kill(&mut self) {
        // Fails if the process has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts the same command again, on the same addresses, and waits until it is ready.
    pub async fn restart(&mut self) {
        self.kill();
        let log = OpenOptions::new()
            .append(true)
            .open(self.folder.path().join("log"))
            .unwrap();
        self.child = spawn(&mut self.command, &log);
        self.wait_until_ready().await;
    }

    async fn wait_until_ready(&mut self) {
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(2))
            .build()
            .unwrap();
        let deadline = Instant::now() + START;
        loop {
            if client
                .get(&self.ready)
                .send()
                .await
                .is_ok_and(|response| response.status().is_success())
            {
                return;
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("{} ended with {status} instead of starting", self.name);
            }
            assert!(
                Instant::now() < deadline,
                "{} is not ready at {}",
                self.name,
                self.ready
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        if thread::panicking() {
            let log = self.log();
            let lines: Vec<&str> = log.lines().collect();
            let end = &lines[lines.len().saturating_sub(20)..];
            eprintln!("-- the end of the log of {}:\n{}", self.name, end.join("\n"));
        }
    }
}

fn spawn(command: &mut Command, log: &File) -> Child {
    command
        .stdout(log.try_clone().unwrap())
        .stderr(log.try_clone().unwrap())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"))
}

/// A free loopback address, unique in this process.
pub fn free_address() -> SocketAddr {
    static GIVEN: LazyLock<Mutex<HashSet<u16>>> = LazyLock::new(Mutex::default);
    let mut given = GIVEN.lock().unwrap();
    // Concurrent test processes start at different offsets.
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .subsec_nanos();
    let offset = (now ^ std::process::id().wrapping_mul(0x9e37_79b9)) as usize % PORTS.len();
    for port in PORTS.cycle().skip(offset).take(PORTS.len()) {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if !given.contains(&port) && TcpListener::bind(address).is_ok() {
            given.insert(port);
            return address;
        }
    }
    panic!("no free port in {PORTS:?}");
}
