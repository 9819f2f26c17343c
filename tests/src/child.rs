//! Runs the test program again as a child process with a role, for process-wide state: subscriber, environment, exit.
//!
//! A test file has one ignored test that runs the roles, and starts it by name:
//!
//! ```no_run
//! use std::time::Duration;
//! use tracing_genai_tests::child::{self, Child};
//!
//! #[test]
//! #[ignore = "a process that other tests start"]
//! fn role() {
//!     if child::role().as_deref() == Some("greeter") {
//!         child::report("hello");
//!     }
//! }
//!
//! #[test]
//! fn the_greeter_greets() {
//!     let ended = Child::of("role", "greeter").start().wait(Duration::from_secs(5));
//!     assert_eq!(ended.lines, ["hello"]);
//! }
//! ```

use std::{
    env,
    fs::File,
    io::{self, BufRead, BufReader, Write},
    process::{self, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

const ROLE: &str = "TRACING_GENAI_TEST_ROLE";

/// The prefix of a role's lines, unlike those of the test runner.
const MARK: &str = "role: ";

/// How long to wait for a line of a child, on a busy machine.
const LINE_TIMEOUT: Duration = Duration::from_mins(1);

/// The role of this process; `None` in a process that runs tests.
pub fn role() -> Option<String> {
    env::var(ROLE).ok()
}

/// Sends a line to the test that started this process.
pub fn report(line: &str) {
    let mut out = io::stdout().lock();
    // On its own line, after output of the test runner. A closed pipe is ignored.
    let _ = writeln!(out, "\n{MARK}{line}").and_then(|()| out.flush());
}

/// A builder of a child process.
#[derive(Debug)]
#[must_use = "call `start`"]
pub struct Child {
    command: Command,
}

impl Child {
    /// A process that runs only the ignored test `test` of this program in the role `role`, without `OTEL_*` and
    /// `RUST_LOG` in its environment.
    ///
    /// # Panics
    /// If this program's path is unknown.
    pub fn of(test: &str, role: &str) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        command
            .args([test, "--exact", "--ignored", "--nocapture"])
            .env(ROLE, role);
        for (name, _) in env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if name.starts_with("OTEL_") || name == "RUST_LOG" {
                command.env_remove(name);
            }
        }
        Self { command }
    }

    /// Sets variables of its environment.
    pub fn with<'a>(mut self, variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        self.command.envs(variables);
        self
    }

    /// Starts it.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn start(mut self) -> RunningChild {
        let folder = tempfile::Builder::new().prefix("child").tempdir().unwrap();
        let log = File::create(folder.path().join("log")).unwrap();
        let mut process = self
            .command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                // The test has ended.
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        RunningChild {
            process,
            lines,
            received: Vec::new(),
            folder,
        }
    }
}

/// A running child. Dropping it kills it and, if the test fails, prints its output and log.
#[derive(Debug)]
pub struct RunningChild {
    process: process::Child,
    lines: Receiver<String>,
    received: Vec<String>,
    folder: TempDir,
}

/// How a child ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code, or the signal that ended it.
    pub status: ExitStatus,
    /// The lines it [reported](report), in order.
    pub lines: Vec<String>,
    /// All its standard output.
    pub output: String,
    /// Its standard error.
    pub log: String,
}

impl RunningChild {
    /// Waits for a line of its standard output with `start`, and returns the rest of that line.
    ///
    /// # Panics
    /// If it ends or a minute passes before.
    pub fn wait_for_line(&mut self, start: &str) -> String {
        let deadline = Instant::now() + LINE_TIMEOUT;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    self.received.push(line.clone());
                    if let Some((_, rest)) = line.split_once(start) {
                        return rest.to_owned();
                    }
                }
                Err(RecvTimeoutError::Timeout) => panic!("no line {start:?} from the child"),
                Err(RecvTimeoutError::Disconnected) => panic!("the child ended without a line {start:?}"),
            }
        }
    }

    /// Sends it SIGTERM.
    ///
    /// # Panics
    /// If it has ended.
    pub fn terminate(&self) {
        kill_process(Pid::from_child(&self.process), Signal::TERM).unwrap();
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// If it has not ended after `limit`.
    pub fn wait(mut self, limit: Duration) -> Ended {
        let deadline = Instant::now() + limit;
        let status = loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "the child has not ended after {limit:?}");
            thread::sleep(Duration::from_millis(5));
        };
        self.receive_rest();
        let lines = self.received.iter().filter_map(|line| line.strip_prefix(MARK));
        Ended {
            status,
            lines: lines.map(str::to_owned).collect(),
            output: self.received.join("\n"),
            log: self.log(),
        }
    }

    fn receive_rest(&mut self) {
        while let Ok(line) = self.lines.recv_timeout(Duration::from_secs(5)) {
            self.received.push(line);
        }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for RunningChild {
    fn drop(&mut self) {
        // Fails if the process has ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
        if thread::panicking() {
            self.receive_rest();
            eprintln!(
                "-- output of the child:\n{}\n-- log of the child:\n{}",
                self.received.join("\n"),
                self.log()
            );
        }
    }
}
