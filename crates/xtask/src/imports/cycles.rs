//! Finds the files that import each other.

use std::collections::{BTreeMap, BTreeSet};

/// An import between two files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Import {
    /// The path of the importing file, below `src`.
    pub(crate) from: String,
    /// The path of the imported file, below `src`.
    pub(crate) to: String,
    /// The line of the import, from 1.
    pub(crate) line: usize,
}

/// Files that all import each other, directly or through other files of the cycle.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cycle {
    pub(crate) files: Vec<String>,
    /// The imports within the cycle, the first of each pair of files.
    pub(crate) imports: Vec<Import>,
}

/// The cycles of these imports. A file is in one cycle at most.
pub(crate) fn cycles(imports: &[Import]) -> Vec<Cycle> {
    let mut direct: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for import in imports {
        direct.entry(&import.from).or_default().insert(&import.to);
    }
    let below: BTreeMap<&str, BTreeSet<&str>> = direct.keys().map(|&file| (file, reached(&direct, file))).collect();
    let reaches = |from: &str, to: &str| below.get(from).is_some_and(|files| files.contains(to));
    let mut cycles: Vec<Cycle> = Vec::new();
    for &file in below.keys() {
        let is_known = cycles.iter().any(|cycle| cycle.files.iter().any(|known| known == file));
        if is_known || !reaches(file, file) {
            continue;
        }
        let files: Vec<String> = below
            .keys()
            .filter(|&&other| reaches(file, other) && reaches(other, file))
            .map(|&other| other.to_owned())
            .collect();
        let mut within: Vec<Import> = imports.to_vec();
        within.retain(|import| files.contains(&import.from) && files.contains(&import.to));
        within.sort();
        within.dedup_by(|later, first| later.from == first.from && later.to == first.to);
        cycles.push(Cycle { files, imports: within });
    }
    cycles
}

/// Every file that `file` imports, directly or through others; itself only in a cycle.
fn reached<'a>(direct: &BTreeMap<&'a str, BTreeSet<&'a str>>, file: &str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![file];
    while let Some(next) = waiting.pop() {
        for &to in direct.get(next).into_iter().flatten() {
            if reached.insert(to) {
                waiting.push(to);
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imports(pairs: &[(&str, &str)]) -> Vec<Import> {
        let import = |(place, (from, to)): (usize, &(&str, &str))| Import {
            from: (*from).to_owned(),
            to: (*to).to_owned(),
            line: place + 1,
        };
        pairs.iter().enumerate().map(import).collect()
    }

    fn files_of_cycles(pairs: &[(&str, &str)]) -> Vec<Vec<String>> {
        cycles(&imports(pairs)).into_iter().map(|cycle| cycle.files).collect()
    }

    #[test]
    fn files_imported_in_two_ways_are_not_a_cycle() {
        let diamond = [("top", "left"), ("top", "right"), ("left", "low"), ("right", "low")];
        assert!(files_of_cycles(&diamond).is_empty());
    }

    #[test]
    fn a_cycle_of_three_excludes_the_files_before_and_after_it() {
        let pairs = [("before", "a"), ("a", "b"), ("b", "c"), ("c", "a"), ("c", "after")];
        assert_eq!(files_of_cycles(&pairs), [["a", "b", "c"]]);
    }

    #[test]
    fn two_cycles_are_separate() {
        let pairs = [("a", "b"), ("b", "a"), ("b", "c"), ("c", "d"), ("d", "c")];
        assert_eq!(files_of_cycles(&pairs), [["a", "b"], ["c", "d"]]);
    }

    #[test]
    fn the_first_import_of_each_pair_within_the_cycle_is_kept() {
        let pairs = [("a", "b"), ("a", "b"), ("b", "a"), ("b", "c")];
        let cycles = cycles(&imports(&pairs));
        assert_eq!(
            cycles[0].imports,
            [imports(&pairs)[0].clone(), imports(&pairs)[2].clone()]
        );
    }
}
