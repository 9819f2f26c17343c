//! The running test program once more, as a process of its own that plays one role: for what is global to a process,
//! such as its subscriber, its environment and its end.
//!
//! A test file that needs such processes has one ignored test that plays the roles, and starts it by name:
//!
//! ```no_run
//! use std::time::Duration;
//! use tracing_genai_tests::child::{self, Child};
//!
//! #[test]
//! #[ignore = "a process that other tests start"]
//! fn role() {
//!     if child::role().as_deref() == Some("greeter") {
//!         child::say("hello");
//!     }
//! }
//!
//! #[test]
//! fn the_greeter_greets() {
//!     let ended = Child::of("role", "greeter").start().wait(Duration::from_secs(5));
//!     assert_eq!(ended.said, ["hello"]);
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

/// What a role's own lines start with, so that the test runner's are told apart.
const MARK: &str = "role: ";

/// How long a child may take to say what is waited for, on a machine that is busy compiling.
const PATIENCE: Duration = Duration::from_mins(1);

/// The role this process was started to play; `None` in a process that runs tests.
pub fn role() -> Option<String> {
    env::var(ROLE).ok()
}

/// Says a line to the test that started this process.
pub fn say(line: &str) {
    let mut out = io::stdout().lock();
    // In a line of its own, whatever the test runner has begun; a test that is gone hears nothing.
    let _ = writeln!(out, "\n{MARK}{line}").and_then(|()| out.flush());
}

/// A child about to be started.
#[derive(Debug)]
#[must_use = "call `start`"]
pub struct Child {
    command: Command,
}

impl Child {
    /// A process that runs only the ignored test `test` of this program, in the role `role`, with nothing of `OTEL_*` and
    /// `RUST_LOG` in its environment.
    ///
    /// # Panics
    /// When this program's own path is not known.
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
    /// When it cannot be started.
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
                // A test that is gone reads nothing more.
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        RunningChild {
            process,
            lines,
            heard: Vec::new(),
            folder,
        }
    }
}

/// A child that runs. Dropping it kills it and, when the test is failing, prints what it said and logged.
#[derive(Debug)]
pub struct RunningChild {
    process: process::Child,
    lines: Receiver<String>,
    heard: Vec<String>,
    folder: TempDir,
}

/// How a child ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code, or the signal that ended it.
    pub status: ExitStatus,
    /// The lines it [said](say), in order.
    pub said: Vec<String>,
    /// All its standard output.
    pub output: String,
    /// Its standard error.
    pub log: String,
}

impl RunningChild {
    /// Waits for a line of its standard output that starts with `start`, and returns the rest of that line.
    ///
    /// # Panics
    /// When it ends, or a minute passes, without one.
    pub fn wait_for_line(&mut self, start: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    self.heard.push(line.clone());
                    if let Some((_, rest)) = line.split_once(start) {
                        return rest.to_owned();
                    }
                }
                Err(RecvTimeoutError::Timeout) => panic!("the child did not say {start:?}"),
                Err(RecvTimeoutError::Disconnected) => panic!("the child ended without saying {start:?}"),
            }
        }
    }

    /// Sends it SIGTERM.
    ///
    /// # Panics
    /// When it is gone already.
    pub fn terminate(&self) {
        kill_process(Pid::from_child(&self.process), Signal::TERM).unwrap();
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When it has not ended after `limit`.
    pub fn wait(mut self, limit: Duration) -> Ended {
        let deadline = Instant::now() + limit;
        let status = loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "the child has not ended after {limit:?}");
            thread::sleep(Duration::from_millis(5));
        };
        self.hear_the_rest();
        let said = self.heard.iter().filter_map(|line| line.strip_prefix(MARK));
        Ended {
            status,
            said: said.map(str::to_owned).collect(),
            output: self.heard.join("\n"),
            log: self.log(),
        }
    }

    fn hear_the_rest(&mut self) {
        while let Ok(line) = self.lines.recv_timeout(Duration::from_secs(5)) {
            self.heard.push(line);
        }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for RunningChild {
    fn drop(&mut self) {
        // Already ended by itself is as good as killed.
        let _ = self.process.kill();
        let _ = self.process.wait();
        if thread::panicking() {
            self.hear_the_rest();
            eprintln!(
                "-- the child said:\n{}\n-- and logged:\n{}",
                self.heard.join("\n"),
                self.log()
            );
        }
    }
}
