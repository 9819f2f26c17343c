//! MLflow, whose usage is a JSON object.

use super::definition::Dialect;
use super::structure::Structure;

pub(super) const MLFLOW: Dialect = Dialect {
    name: "MLflow",
    source: "`mlflow/tracing/constant.py` of mlflow",
    structures: &[("mlflow.chat.tokenUsage", Structure::Usage)],
    ..Dialect::EMPTY
};
