//! Every heading of `tests/cases/**/*.md` is a named test; the kind of case is the name of its folder.

fn main() {
    libtest_mimic::run(&libtest_mimic::Arguments::from_args(), Vec::new()).exit();
}
