//! Finds the prebuilt DuckDB library and tells the linker where the binaries will find it at run time.

use std::env;
use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rerun-if-env-changed=DUCKDB_LIB_DIR");
    if env::var_os("CARGO_FEATURE_BUNDLED").is_some() {
        return;
    }
    let folder = library_folder();
    let file = folder.join(library_name());
    println!("cargo::rerun-if-changed={}", file.display());
    if !file.is_file() {
        println!(
            "cargo::error=DuckDB's library is not at {}: run `make libduckdb` first, or build with `--features bundled`",
            file.display()
        );
        return;
    }
    if env::var("CARGO_CFG_TARGET_FAMILY").as_deref() != Ok("unix") {
        return;
    }
    let origin =
        if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("macos") { "@loader_path" } else { "$ORIGIN" };
    println!("cargo::rustc-link-arg=-Wl,-rpath,{origin}");
    println!("cargo::rustc-link-arg=-Wl,-rpath,{origin}/../lib/martlet");
    println!("cargo::rustc-link-arg=-Wl,-rpath,{}", folder.display());
}

/// The folder named by `DUCKDB_LIB_DIR`, made absolute so that binaries run from anywhere.
fn library_folder() -> PathBuf {
    let root = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    let folder =
        env::var_os("DUCKDB_LIB_DIR").map_or_else(|| Path::new("target/libduckdb").into(), PathBuf::from);
    let absolute = if folder.is_absolute() { folder } else { root.join(folder) };
    absolute.canonicalize().unwrap_or(absolute)
}

fn library_name() -> &'static str {
    match env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("macos") => "libduckdb.dylib",
        Ok("windows") => "duckdb.lib",
        _ => "libduckdb.so",
    }
}
