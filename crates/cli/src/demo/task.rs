//! The task of the demo: the agent with the built-in or a real provider, or recordings.

use std::{
    env,
    io::Stdout,
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

use anyhow::Context;
use reqwest::Url;

use super::{
    agent::Agent,
    arguments::Arguments,
    client::Client,
    help_desk, provider,
    recordings::{self, Recordings},
    replay,
};
use crate::output::Output;

/// A task with validated settings.
pub(crate) enum Task {
    /// The agent with the built-in provider.
    BuiltIn {
        /// The model of the plain chat.
        model: String,
    },
    /// The agent with a real provider, in `OpenAI`'s format.
    Provider {
        /// Its base URL.
        base_url: Url,
        /// Its name on the spans.
        name: String,
        /// Its API key.
        api_key: Option<String>,
        /// The model of every chat.
        model: String,
    },
    /// A replay of recorded calls.
    Recordings {
        /// Their folder.
        folder: PathBuf,
        /// The recordings.
        recordings: Recordings,
        /// The maximum number of calls.
        limit: usize,
    },
}

impl Task {
    /// The task of `arguments`. Fails for a wrong setting or an unreadable recording.
    pub(crate) fn prepare(arguments: &Arguments) -> anyhow::Result<Self> {
        let model = arguments.model.clone();
        if let Some(folder) = arguments.recordings.clone() {
            let recordings = recordings::read(&folder)?;
            return Ok(Self::Recordings {
                folder,
                recordings,
                limit: arguments.limit.map_or(usize::MAX, NonZeroUsize::get),
            });
        }
        let Some(base_url) = arguments.base_url.clone() else {
            return Ok(Self::BuiltIn { model });
        };
        let api_key = arguments.api_key_env.as_deref().map(api_key).transpose()?;
        Ok(Self::Provider {
            base_url,
            name: arguments.provider.clone(),
            api_key,
            model,
        })
    }

    /// Runs the task, and describes it on `out`.
    pub(crate) async fn run(self, out: &mut Output<Stdout>) -> anyhow::Result<()> {
        match self {
            Self::BuiltIn { model } => {
                let base_url = provider::start().await?;
                out.line(format_args!("Question to the help-desk agent: {}", help_desk::QUESTION))?;
                out.line(format_args!("Provider: built in, at {base_url}."))?;
                Agent::with_built_in_provider(Client::new(base_url, None)?, model)
                    .answer()
                    .await
            }
            Self::Provider {
                base_url,
                name,
                api_key,
                model,
            } => {
                out.line(format_args!("Question to the help-desk agent: {}", help_desk::QUESTION))?;
                out.line(format_args!("Provider: {name} at {base_url}, model {model}."))?;
                out.line(format_args!(
                    "Skipped: the calls in Anthropic's format, the 429 and the unknown model."
                ))?;
                Agent::with_openai_format(Client::new(base_url, api_key)?, name, model)
                    .answer()
                    .await
            }
            Self::Recordings {
                folder,
                recordings,
                limit,
            } => {
                let played = replay::play(&recordings.files, limit).await?;
                describe(&recordings, played, &folder, out)
            }
        }
    }
}

fn describe(recordings: &Recordings, played: usize, folder: &Path, out: &mut Output<Stdout>) -> anyhow::Result<()> {
    let recorded: usize = recordings.files.iter().map(|file| file.calls.len()).sum();
    out.line(format_args!(
        "Replayed {played} of {recorded} recorded calls in {}.",
        folder.display()
    ))?;
    if recordings.other_exchanges > 0 {
        out.line(format_args!(
            "Skipped {} exchanges that are not model calls.",
            recordings.other_exchanges
        ))?;
    }
    if !recordings.skipped_providers.is_empty() {
        let skipped = recordings
            .skipped_providers
            .iter()
            .map(|(name, files)| format!("{name} {files}"));
        out.line(format_args!(
            "Skipped files of other providers: {}.",
            skipped.collect::<Vec<_>>().join(", ")
        ))?;
    }
    Ok(())
}

fn api_key(variable: &str) -> anyhow::Result<String> {
    env::var(variable).with_context(|| format!("--api-key-env {variable}: set that variable or name another"))
}
