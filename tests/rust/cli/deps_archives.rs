//! `deps` against archives and servers that mean harm or fail.

use tar::EntryType;

use crate::cli::deps::{deps, hub, project, told, tree};
use crate::cli::deps_broken::{installed, refused};
use crate::support::servers::{Entry, Page, archive, archive_of};

/// Asks for an archive that is served as a page, and tells why it is refused.
fn archive_refused(page: Page) -> String {
    let hub = hub();
    hub.set("/a.tar.gz", page);
    let project =
        installed(&hub, &format!("packages:\n  - tarball: {}/a.tar.gz\n    name: a\n", hub.address()));
    let told = refused(&project, &hub, &[]);
    assert!(!project.root().join("evil").exists());
    let line = told.lines().find(|line| line.starts_with("error[")).unwrap();
    line.replace("`a` cannot be installed: ", "")
}

#[test]
fn evil_archives_are_refused() {
    let evil = |name: &str, kind: EntryType, content: &str| {
        let project = Entry { name: "top/dbt_project.yml", kind: EntryType::Regular, content: "name: a\n" };
        archive_refused(Page::Body(archive_of(&[project, Entry { name, kind, content }])))
    };
    let told = [
        evil("top/../../evil", EntryType::Regular, "x"),
        evil("../evil", EntryType::Regular, "x"),
        evil("/tmp/evil", EntryType::Regular, "x"),
        evil("top\\..\\evil", EntryType::Regular, "x"),
        evil("other/evil", EntryType::Regular, "x"),
        evil("top/link", EntryType::Symlink, "/etc/passwd"),
        evil("top/link", EntryType::Symlink, "../../../evil"),
        evil("top/hard", EntryType::Link, "top/dbt_project.yml"),
        evil("top/hard", EntryType::Link, "/etc/passwd"),
        evil("top/pipe", EntryType::Fifo, ""),
        evil("top/device", EntryType::Char, ""),
        evil("top/dbt_project.yml", EntryType::Regular, "name: b\n"),
        evil("top/dbt_project.yml/a", EntryType::Regular, "x"),
    ];
    insta::assert_snapshot!(told.join("\n"), @r"
    error[unsafe-package]: the archive holds `top/../../evil`, which would lie outside of its folder
    error[unsafe-package]: the archive holds `../evil`, which would lie outside of its folder
    error[unsafe-package]: the archive holds `/tmp/evil`, which would lie outside of its folder
    error[unsafe-package]: the archive holds `top\..\evil`, which would lie outside of its folder
    error[unavailable-package]: the archive must hold one folder with everything in it, not both `top` and `other`
    error[unsafe-package]: the archive holds the link `top/link` to `/etc/passwd`, which leads out of its folder
    error[unsafe-package]: the archive holds the link `top/link` to `../../../evil`, which leads out of its folder
    error[unsafe-package]: the archive holds `top/hard`, which is a hard link
    error[unsafe-package]: the archive holds `top/hard`, which is a hard link
    error[unsafe-package]: the archive holds `top/pipe`, which is a pipe
    error[unsafe-package]: the archive holds `top/device`, which is a device
    error[unsafe-package]: the archive holds `dbt_project.yml` twice
    error[unsafe-package]: the archive holds `dbt_project.yml` twice
    ");
}

// Where names that differ in case only are one file, such an archive is refused.
#[cfg(target_os = "linux")]
#[test]
fn names_that_are_one_elsewhere_are_told() {
    let hub = hub();
    hub.set(
        "/a.tar.gz",
        Page::Body(archive("top", &[("dbt_project.yml", "name: a\n"), ("Readme", ""), ("README", "")])),
    );
    let project = project(&format!("packages:\n  - tarball: {}/a.tar.gz\n    name: a\n", hub.address()));
    insta::assert_snapshot!(told(&deps(&project, &hub, &[]), &hub), @"
    HH:MM:SS  Updating lock file in file path: [ROOT]/shop/package-lock.yml
    HH:MM:SS  Installing a
    HH:MM:SS  Installed from tarball (url: [HUB]/a.tar.gz)
    warning[unsafe-package]: `a` holds `Readme` and `README`, which are one file on some systems
     --> packages.yml:2:5
      |
    2 |     - tarball: [HUB]/a.tar.gz
      |  _____^
    3 | |     name: a
      | |___________^
    exit 0
    ");
    assert_eq!(tree(&project, "dbt_packages"), "a/README\na/Readme\na/dbt_project.yml");
}

#[test]
fn links_through_links_do_not_lead_out() {
    let entry = |name, kind, content| Entry { name, kind, content };
    let bytes = archive_of(&[
        entry("top/dbt_project.yml", EntryType::Regular, "name: a\n"),
        entry("top/p/q/file", EntryType::Regular, ""),
        entry("top/p/q/up", EntryType::Symlink, "../.."),
        entry("top/out", EntryType::Symlink, "p/q/up/../.."),
    ]);
    insta::assert_snapshot!(archive_refused(Page::Body(bytes)), @"error[unsafe-package]: the archive holds the link `out` to `p/q/up/../..`, which leads out of its folder");
}

#[test]
fn harmless_links_stay_and_git_folders_do_not() {
    let hub = hub();
    let entry = |name, kind, content| Entry { name, kind, content };
    hub.set(
        "/a.tar.gz",
        Page::Body(archive_of(&[
            entry("pax_global_header", EntryType::XGlobalHeader, ""),
            entry("top/", EntryType::Directory, ""),
            entry("top/dbt_project.yml", EntryType::Regular, "name: a\n"),
            entry("top/.git/config", EntryType::Regular, "[core]\nfsmonitor = evil\n"),
            entry("top/docs/readme", EntryType::Symlink, "../dbt_project.yml"),
            entry("top/nowhere", EntryType::Symlink, "gone"),
        ])),
    );
    let project = project(&format!("packages:\n  - tarball: {}/a.tar.gz\n    name: a\n", hub.address()));
    assert_eq!(deps(&project, &hub, &[]).code, 0);
    insta::assert_snapshot!(tree(&project, "dbt_packages"), @"
    a/dbt_project.yml
    a/docs/readme -> dbt_project.yml
    ");
}

#[test]
fn servers_that_fail() {
    let whole = archive("top", &[("dbt_project.yml", "name: a\n")]);
    let torn = whole[..whole.len() - 12].to_vec();
    let told = [
        archive_refused(Page::Status(404)),
        archive_refused(Page::Status(403)),
        archive_refused(Page::Status(500)),
        archive_refused(Page::Redirect("/a.tar.gz".to_owned())),
        archive_refused(Page::Redirect("file:///etc/passwd".to_owned())),
        archive_refused(Page::Torn(whole)),
        archive_refused(Page::Body(torn)),
        archive_refused(Page::Body(b"<html>not an archive</html>".to_vec())),
        archive_refused(Page::Body(Vec::new())),
        archive_refused(Page::Body(archive("", &[("a", "")]))),
    ];
    insta::assert_snapshot!(told.join("\n"), @"
    error[unavailable-package]: [HUB]/a.tar.gz answered with status 404
    error[unavailable-package]: [HUB]/a.tar.gz answered with status 403
    error[unavailable-package]: [HUB]/a.tar.gz answered with status 500
    error[unavailable-package]: [HUB]/a.tar.gz leads through more than 8 redirects
    error[unavailable-package]: [HUB]/a.tar.gz answered with status 404
    error[unavailable-package]: the download of [HUB]/a.tar.gz broke off: Peer disconnected
    error[unavailable-package]: the archive cannot be read: incomplete deflate stream
    error[unavailable-package]: the archive cannot be read: failed to read entire block
    error[unavailable-package]: the archive cannot be read: it is empty
    error[unsafe-package]: the archive holds `/a`, which would lie outside of its folder
    ");
}

#[test]
fn archives_beyond_all_measure_are_refused() {
    // The entry says that it is a tebibyte, and the archive ends.
    let mut header = tar::Header::new_gnu();
    header.set_path("top/zeros").unwrap();
    header.set_size(1 << 40);
    header.set_cksum();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, header.as_bytes()).unwrap();
    insta::assert_snapshot!(archive_refused(Page::Body(encoder.finish().unwrap())), @"error[unsafe-package]: the archive unpacks to more than 512 MiB");
}
