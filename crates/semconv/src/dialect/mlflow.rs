//! MLflow, whose count of tokens is a JSON object.

use super::{Dialect, Structure};

pub(super) const MLFLOW: Dialect = Dialect {
    name: "MLflow",
    source: "`mlflow/tracing/constant.py` of mlflow",
    structures: &[("mlflow.chat.tokenUsage", Structure::Usage)],
    ..Dialect::NOTHING
};
