//! The cache of the real backends: one file per program and version. The end-to-end tests include this file too.

use std::{
    env,
    path::{self, PathBuf},
};

/// The Collector's components; part of its version, since they determine the binary's features.
pub(crate) const OTELCOL_MANIFEST: &str = include_str!("../../../../collector-config/otelcol-manifest.yaml");

/// A program that is built once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    Otelcol,
    Jaeger,
    Prometheus,
    Promtool,
}

impl Program {
    pub(crate) const ALL: [Self; 4] = [Self::Otelcol, Self::Jaeger, Self::Prometheus, Self::Promtool];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Otelcol => "otelcol",
            Self::Jaeger => "jaeger",
            Self::Prometheus => "prometheus",
            Self::Promtool => "promtool",
        }
    }

    /// The version of its Go module. Later versions of the Collector's builder and of Jaeger do not resolve completely.
    pub(crate) fn version(self) -> &'static str {
        match self {
            Self::Otelcol => "0.160.0",
            // Jaeger 2.2: the module kept version 1 numbers.
            Self::Jaeger => "1.65.0",
            // Prometheus 3.16.0: its module is numbered 0.316.0.
            Self::Prometheus | Self::Promtool => "0.316.0",
        }
    }

    /// Its file in the cache: `jaeger-1.65.0`, `otelcol-0.160.0-4be1f2a9` with the fingerprint of its manifest.
    pub(crate) fn file_name(self) -> String {
        let (name, version) = (self.name(), self.version());
        match self {
            Self::Otelcol => format!("{name}-{version}-{:08x}", fingerprint(OTELCOL_MANIFEST)),
            _ => format!("{name}-{version}"),
        }
    }
}

/// The cache folder: `TRACING_GENAI_BACKENDS`, or else `tracing-genai/backends` in the user's cache.
pub(crate) fn folder() -> Option<PathBuf> {
    let from = |variable| {
        env::var_os(variable)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let named = from("TRACING_GENAI_BACKENDS").or_else(|| {
        let user_cache = from("XDG_CACHE_HOME").or_else(|| Some(from("HOME")?.join(".cache")))?;
        Some(user_cache.join("tracing-genai").join("backends"))
    });
    // Builds and servers run in other folders, where a relative path is wrong.
    path::absolute(named?).ok()
}

/// FNV-1a: stable across machines and compilers, unlike the standard library's hasher.
fn fingerprint(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash: u32, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}
