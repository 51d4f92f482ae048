//! What `--state`, `--defer-state`, `--defer` and `--favor-state` name: read once, when a command wants it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::fs;
use crate::cli::exit::Exit;
use crate::cli::session::Setting;
use crate::compile::deferral::Deferral;
use crate::state::State;

/// Commands that never ask where a reference leads.
const WITHOUT_REFERENCES: &[&str] = &["parse", "list", "freshness"];

impl Setting {
    /// Returns the state that `--state` names; `None` when it names none.
    pub(super) fn state(&self) -> Result<Option<Arc<State>>, Exit> {
        let Some(folder) = self.folder("state")? else { return Ok(None) };
        if let Some(state) = self.state.get() {
            return Ok(Some(state.clone()));
        }
        let state = Arc::new(self.read_state(&folder)?);
        Ok(Some(self.state.get_or_init(|| state).clone()))
    }

    /// Returns what references are led to, for commands that have any.
    pub(super) fn deferral(&self, which: &str) -> Result<Deferral, Exit> {
        let is_on = self.flags.is_on("defer");
        if !(is_on || which == "clone") || WITHOUT_REFERENCES.contains(&which) {
            return Ok(Deferral::default());
        }
        let own = self.folder("defer_state")?;
        let state = match &own {
            Some(folder) => Some(Arc::new(self.read_state(folder)?)),
            None => self.state()?,
        };
        let Some(state) = state else {
            return Err(self.refuse(
                "--state or --defer-state are required for deferral, but neither was provided: \
                 name the folder with the other environment's manifest.json",
            ));
        };
        let Some(manifest) = &state.manifest else {
            let folder = state.folder.display();
            return Err(self.refuse(&format!("Could not find manifest in --state path: \"{folder}\"")));
        };
        Ok(Deferral::new(manifest, is_on, self.flags.is_on("favor_state")))
    }

    /// Returns the folder that a flag names, as seen from the folder the program was called in.
    fn folder(&self, flag: &str) -> Result<Option<PathBuf>, Exit> {
        let Some(asked) = self.flags.text(flag) else { return Ok(None) };
        let here = fs::current_folder().map_err(|error| self.refuse(&error.to_string()))?;
        Ok(Some(here.join(asked)))
    }

    fn read_state(&self, folder: &Path) -> Result<State, Exit> {
        State::read(folder).map_err(|error| self.refuse(&error.to_string()))
    }

    fn refuse(&self, text: &str) -> Exit {
        self.complain(&format!("error: {text}"));
        Exit::Misuse
    }
}
