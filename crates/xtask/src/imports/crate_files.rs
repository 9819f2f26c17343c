//! The files of a crate as modules, and their imports of each other.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::cycles::Import;
use super::parsed::{Named, Parsed, parse};

/// The files of a crate by their path below `src`, with `/`.
#[derive(Debug, Default)]
pub(crate) struct CrateFiles {
    files: BTreeMap<String, Parsed>,
}

/// A module by its names from the root: `["feed", "pattern"]`.
type ModulePath = Vec<String>;

/// The modules below one crate root.
struct Tree<'f> {
    files: &'f BTreeMap<String, Parsed>,
    root: &'f str,
    /// The file of each module; for an inline module the file that contains it.
    modules: BTreeMap<ModulePath, &'f str>,
}

impl CrateFiles {
    /// Reads every file in and below that folder.
    pub(crate) fn read(src: &Path) -> Result<Self> {
        let mut read = Self::default();
        let mut folders = vec![src.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
                let path: PathBuf = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
                    let name = path.strip_prefix(src)?.to_string_lossy().replace('\\', "/");
                    read.add(name, &text)
                        .with_context(|| format!("cannot parse {}", path.display()))?;
                }
            }
        }
        Ok(read)
    }

    fn add(&mut self, name: String, text: &str) -> Result<()> {
        self.files.insert(name, parse(text)?);
        Ok(())
    }

    /// The imports between files, without those of a crate root, which declares all modules and re-exports from them.
    pub(crate) fn imports(&self) -> Result<Vec<Import>> {
        let is_root = |name: &&String| matches!(&***name, "lib.rs" | "main.rs") || name.starts_with("bin/");
        let mut imports = Vec::new();
        for root in self.files.keys().filter(is_root) {
            imports.extend(Tree::new(&self.files, root)?.imports());
        }
        Ok(imports)
    }
}

impl<'f> Tree<'f> {
    fn new(files: &'f BTreeMap<String, Parsed>, root: &'f str) -> Result<Self> {
        let mut tree = Self {
            files,
            root,
            modules: BTreeMap::new(),
        };
        tree.declare(Vec::new(), root)?;
        Ok(tree)
    }

    /// Adds the module of that file, and the modules that it declares.
    fn declare(&mut self, path: ModulePath, file: &'f str) -> Result<()> {
        let Some(parsed) = self.files.get(file) else {
            return Ok(());
        };
        for inline in &parsed.inline {
            self.modules.insert([&*path, inline.as_slice()].concat(), file);
        }
        for declared in &parsed.declared {
            let child = [&*path, &*declared.within, &*declared.segments].concat();
            let candidates = [child.join("/") + ".rs", child.join("/") + "/mod.rs"];
            let known = self.files.keys().find(|name| candidates.contains(name));
            let known = known.with_context(|| format!("{file} declares `{}`, which has no file", child.join("::")))?;
            self.declare(child, known)?;
        }
        self.modules.insert(path, file);
        Ok(())
    }

    fn imports(&self) -> Vec<Import> {
        let mut imports = Vec::new();
        for (path, &file) in &self.modules {
            let own = self
                .files
                .get(file)
                .filter(|_| file != self.root && !self.is_inline(path, file));
            let Some(parsed) = own else { continue };
            let declared = parsed.declared.iter().map(|named| {
                let child = [&**path, &*named.within, &*named.segments].concat();
                (named, self.modules.get(&child).copied())
            });
            let named = parsed.paths.iter().map(|named| (named, self.file_of(path, named)));
            for (named, to) in declared.chain(named) {
                if let Some(to) = to.filter(|&to| to != file && to != self.root) {
                    imports.push(Import {
                        from: file.to_owned(),
                        to: to.to_owned(),
                        line: named.line,
                    });
                }
            }
        }
        imports
    }

    fn is_inline(&self, path: &[String], file: &str) -> bool {
        path.split_last()
            .is_some_and(|(_, parent)| self.modules.get(parent) == Some(&file))
    }

    /// The file of a path: that of the last module in it, or of the crate root's export of that name.
    fn file_of(&self, module: &[String], named: &Named) -> Option<&'f str> {
        let mut path = [module, &*named.within].concat();
        let mut segments = named.segments.as_slice();
        while let [first, rest @ ..] = segments {
            match first.as_str() {
                "crate" => path.clear(),
                "super" => drop(path.pop()),
                "self" => {}
                _ => break,
            }
            segments = rest;
        }
        while let [first, rest @ ..] = segments {
            path.push(first.clone());
            if !self.modules.contains_key(&path) {
                path.pop();
                break;
            }
            segments = rest;
        }
        match segments.first().filter(|_| path.is_empty()) {
            Some(name) => self.exported(name, named),
            None => self.modules.get(&path).copied(),
        }
    }

    /// The file of the crate root's item of that name.
    fn exported(&self, name: &str, by: &Named) -> Option<&'f str> {
        let uses = &self.files.get(self.root)?.uses;
        let (_, target) = uses.iter().find(|(own, used)| own == name && used.within.is_empty())?;
        // A `use` of the root that resolves to itself names a crate.
        (target.segments != by.segments).then(|| self.file_of(&[], target))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imports::cycles::cycles;

    fn files(texts: &[(&str, &str)]) -> CrateFiles {
        let mut files = CrateFiles::default();
        for (name, text) in texts {
            files.add((*name).to_owned(), text).unwrap();
        }
        files
    }

    fn imports(texts: &[(&str, &str)]) -> Vec<String> {
        let imports = files(texts).imports().unwrap();
        imports
            .iter()
            .map(|import| format!("{}:{} {}", import.from, import.line, import.to))
            .collect()
    }

    #[test]
    fn a_cycle_through_uses_paths_and_root_exports_is_found() {
        let cycles = cycles(
            &files(&[
                ("lib.rs", "mod a;\nmod b;\nmod c;\npub use c::Third;"),
                ("a.rs", "use crate::b::Second;\npub struct First(Second);"),
                (
                    "b.rs",
                    "pub struct Second;\nimpl Second { fn third() -> crate::Third { crate::Third } }",
                ),
                ("c.rs", "pub struct Third;\nfn first() -> super::a::First { todo!() }"),
            ])
            .imports()
            .unwrap(),
        );
        assert_eq!(cycles.len(), 1);
        assert_eq!(cycles[0].files, ["a.rs", "b.rs", "c.rs"]);
    }

    #[test]
    fn a_parent_imports_the_children_that_it_declares() {
        let texts = [
            ("main.rs", "mod a;\nmod z;"),
            ("a.rs", "mod b;\nmod c;"),
            ("a/b.rs", "use super::c::C;\nuse crate::z::Z;"),
            ("a/c/mod.rs", "use super::A;"),
            ("z.rs", ""),
        ];
        let expected = [
            "a.rs:1 a/b.rs",
            "a.rs:2 a/c/mod.rs",
            "a/b.rs:1 a/c/mod.rs",
            "a/b.rs:2 z.rs",
            "a/c/mod.rs:1 a.rs",
        ];
        assert_eq!(imports(&texts), expected);
    }

    #[test]
    fn the_crate_root_is_in_no_cycle() {
        let texts = [
            ("lib.rs", "mod a;\nuse a::A;\npub struct Root(A);"),
            ("a.rs", "use crate::Root;"),
        ];
        assert!(imports(&texts).is_empty());
    }

    #[test]
    fn an_inline_module_is_in_its_file() {
        let texts = [
            ("lib.rs", "mod a;\nmod b;"),
            ("a.rs", "mod inner {\n use super::Own;\n use super::super::b::B;\n}"),
            ("b.rs", "use crate::a::inner::X;"),
        ];
        assert_eq!(imports(&texts), ["a.rs:3 b.rs", "b.rs:1 a.rs"]);
    }

    #[test]
    fn imports_of_tests_and_of_other_crates_are_ignored() {
        let texts = [
            ("lib.rs", "mod a;\nmod b;\npub use serde;"),
            (
                "a.rs",
                "use crate::serde::Deserialize;\nuse std::fmt;\n#[cfg(test)]\nmod tests {\n use crate::b::B;\n}",
            ),
            ("b.rs", "use crate::a::A;"),
        ];
        assert_eq!(imports(&texts), ["b.rs:1 a.rs"]);
    }

    #[test]
    fn a_module_without_a_file_is_an_error() {
        let reason = files(&[("lib.rs", "mod a;"), ("a.rs", "mod b;")])
            .imports()
            .unwrap_err();
        assert_eq!(reason.to_string(), "a.rs declares `a::b`, which has no file");
    }
}
