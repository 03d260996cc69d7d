//! Languages by the names of files.

use std::path::Path;

/// What a file is written in, and whether people write code in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Language {
    pub(super) name: &'static str,
    pub(super) is_code: bool,
}

const CODE: &[(&str, &str)] = &[
    ("asm", "Assembly"),
    ("s", "Assembly"),
    ("awk", "Awk"),
    ("bash", "Shell"),
    ("c", "C"),
    ("cc", "C++"),
    ("clj", "Clojure"),
    ("coffee", "CoffeeScript"),
    ("cpp", "C++"),
    ("cs", "C#"),
    ("cu", "CUDA"),
    ("cxx", "C++"),
    ("d", "D"),
    ("dart", "Dart"),
    ("el", "Emacs Lisp"),
    ("elm", "Elm"),
    ("erl", "Erlang"),
    ("ex", "Elixir"),
    ("exs", "Elixir"),
    ("f90", "Fortran"),
    ("fish", "Shell"),
    ("fs", "F#"),
    ("go", "Go"),
    ("groovy", "Groovy"),
    ("h", "C"),
    ("hpp", "C++"),
    ("hs", "Haskell"),
    ("java", "Java"),
    ("jl", "Julia"),
    ("js", "JavaScript"),
    ("jsx", "JavaScript"),
    ("kt", "Kotlin"),
    ("kts", "Kotlin"),
    ("lisp", "Lisp"),
    ("lua", "Lua"),
    ("m", "Objective-C"),
    ("ml", "OCaml"),
    ("mli", "OCaml"),
    ("mjs", "JavaScript"),
    ("cjs", "JavaScript"),
    ("mts", "TypeScript"),
    ("nim", "Nim"),
    ("nix", "Nix"),
    ("pas", "Pascal"),
    ("php", "PHP"),
    ("pl", "Perl"),
    ("pm", "Perl"),
    ("ps1", "PowerShell"),
    ("py", "Python"),
    ("pyi", "Python"),
    ("r", "R"),
    ("rb", "Ruby"),
    ("rs", "Rust"),
    ("scala", "Scala"),
    ("scm", "Scheme"),
    ("sh", "Shell"),
    ("sol", "Solidity"),
    ("sql", "SQL"),
    ("svelte", "Svelte"),
    ("swift", "Swift"),
    ("tcl", "Tcl"),
    ("tf", "Terraform"),
    ("ts", "TypeScript"),
    ("tsx", "TypeScript"),
    ("v", "Verilog"),
    ("vhd", "VHDL"),
    ("vim", "Vim script"),
    ("vue", "Vue"),
    ("wat", "WebAssembly"),
    ("zig", "Zig"),
    ("zsh", "Shell"),
    ("proto", "Protocol Buffers"),
    ("graphql", "GraphQL"),
    ("cmake", "CMake"),
];

const OTHER: &[(&str, &str)] = &[
    ("adoc", "AsciiDoc"),
    ("cfg", "Configuration"),
    ("conf", "Configuration"),
    ("css", "CSS"),
    ("csv", "CSV"),
    ("html", "HTML"),
    ("htm", "HTML"),
    ("ini", "Configuration"),
    ("ipynb", "Jupyter"),
    ("json", "JSON"),
    ("json5", "JSON"),
    ("jsonl", "JSON Lines"),
    ("jsonc", "JSON"),
    ("less", "Less"),
    ("lock", "Lock file"),
    ("md", "Markdown"),
    ("markdown", "Markdown"),
    ("mdx", "Markdown"),
    ("org", "Org"),
    ("rst", "reStructuredText"),
    ("sass", "Sass"),
    ("scss", "Sass"),
    ("svg", "SVG"),
    ("tex", "TeX"),
    ("toml", "TOML"),
    ("tsv", "TSV"),
    ("txt", "Plain text"),
    ("xml", "XML"),
    ("yaml", "YAML"),
    ("yml", "YAML"),
];

const NAMES: &[(&str, &str)] = &[
    ("CMakeLists.txt", "CMake"),
    ("Containerfile", "Dockerfile"),
    ("Dockerfile", "Dockerfile"),
    ("GNUmakefile", "Makefile"),
    ("Gemfile", "Ruby"),
    ("Jenkinsfile", "Groovy"),
    ("Justfile", "Just"),
    ("Makefile", "Makefile"),
    ("Rakefile", "Ruby"),
    ("justfile", "Just"),
    ("makefile", "Makefile"),
];

/// What a file is written in, by its name.
pub(super) fn of(path: &Path) -> Option<Language> {
    let name = path.file_name()?.to_str()?;
    if let Some((_, language)) = NAMES.iter().find(|(known, _)| *known == name) {
        return Some(Language { name: language, is_code: true });
    }
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    let find = |table: &[(&str, &'static str)], is_code| {
        let (_, name) = table.iter().find(|(known, _)| *known == extension)?;
        Some(Language { name, is_code })
    };
    find(CODE, true).or_else(|| find(OTHER, false))
}

/// Whether a file was made by a program, so that nobody should read it line by line.
pub(super) fn is_generated(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    [".min.", ".bundle.", ".generated.", "_pb2", ".pb.", "-lock."].iter().any(|mark| name.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_follows_from_the_extension_or_the_name() {
        let name = |path: &str| of(Path::new(path)).map(|language| language.name);
        assert_eq!(name("src/main.rs"), Some("Rust"));
        assert_eq!(name("A.PY"), Some("Python"));
        assert_eq!(name("deep/Makefile"), Some("Makefile"));
        assert_eq!(name("photo.jpeg"), None);
        assert!(is_generated(Path::new("a/jquery.min.js")) && !is_generated(Path::new("a/minute.js")));
    }
}
