//! What the demo runs: the agent with the built-in provider or a real one, or recordings.

use std::{
    env,
    io::Write,
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

use anyhow::Context;
use reqwest::Url;

use super::{
    Arguments,
    agent::Agent,
    client::Client,
    help_desk, provider,
    recordings::{self, Recordings},
    replay,
};

/// A task whose settings are known to be good.
pub(crate) enum Task {
    /// The agent asks the built-in provider.
    BuiltIn {
        /// The model of the plain chat.
        model: String,
    },
    /// The agent asks a real provider, in `OpenAI`'s format.
    Provider {
        /// Where it is.
        base_url: Url,
        /// What it is called on the spans.
        name: String,
        /// Whom to send as.
        api_key: Option<String>,
        /// The model of every chat.
        model: String,
    },
    /// Recorded calls are played.
    Recordings {
        /// Where they were found.
        folder: PathBuf,
        /// What was found.
        recordings: Recordings,
        /// How many calls to play.
        limit: usize,
    },
}

impl Task {
    /// The task that `arguments` ask for. Fails when a setting is wrong or a recording cannot be read.
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

    /// Does the task, and says on `out` what it is and what it leaves out.
    pub(crate) async fn run(self, out: &mut impl Write) -> anyhow::Result<()> {
        match self {
            Self::BuiltIn { model } => {
                let base_url = provider::start().await?;
                writeln!(out, "A help-desk agent is asked: {}", help_desk::QUESTION)?;
                writeln!(out, "Its provider is built in, at {base_url}.")?;
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
                writeln!(out, "A help-desk agent is asked: {}", help_desk::QUESTION)?;
                writeln!(out, "Its provider is {name} at {base_url}, its model {model}.")?;
                writeln!(
                    out,
                    "Skipped: the calls in Anthropic's format, the refused one and the unknown model's."
                )?;
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

fn describe(recordings: &Recordings, played: usize, folder: &Path, out: &mut impl Write) -> anyhow::Result<()> {
    let recorded: usize = recordings.files.iter().map(|file| file.calls.len()).sum();
    writeln!(
        out,
        "Played {played} of {recorded} recorded calls beneath {}.",
        folder.display()
    )?;
    if recordings.other_exchanges > 0 {
        writeln!(
            out,
            "Skipped {} exchanges that are no model calls.",
            recordings.other_exchanges
        )?;
    }
    if !recordings.skipped_providers.is_empty() {
        let skipped = recordings
            .skipped_providers
            .iter()
            .map(|(name, files)| format!("{name} {files}"));
        writeln!(
            out,
            "Skipped files of other providers: {}.",
            skipped.collect::<Vec<_>>().join(", ")
        )?;
    }
    Ok(())
}

fn api_key(variable: &str) -> anyhow::Result<String> {
    env::var(variable).with_context(|| format!("--api-key-env {variable}: set that variable or name another"))
}
