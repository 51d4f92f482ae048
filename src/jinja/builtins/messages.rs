//! `log`, `print`, `write`: what templates say.

use std::rc::Rc;

use crate::jinja::eval::Mode;
use crate::jinja::host::Host;
use crate::jinja::value::Value;
use crate::jinja::value::object::Native;

/// Makes `log`.
pub fn log(host: Option<Rc<dyn Host>>) -> Value {
    Native::value("log", move |_, arguments| {
        let mut reader = arguments.reader("log");
        let message = reader.required("msg")?.to_text();
        let info = reader.truth("info", false)?;
        reader.finish()?;
        if let Some(host) = &host {
            host.log(&message, info);
        }
        Ok(Value::from(""))
    })
}

/// Makes `print`.
pub fn print(host: Option<Rc<dyn Host>>) -> Value {
    Native::value("print", move |_, arguments| {
        let mut reader = arguments.reader("print");
        let message = reader.required("msg")?.to_text();
        reader.finish()?;
        if let Some(host) = &host {
            host.print(&message);
        }
        Ok(Value::from(""))
    })
}

/// Makes `write`.
pub fn write(host: Option<Rc<dyn Host>>) -> Value {
    Native::value("write", move |evaluator, arguments| {
        let mut reader = arguments.reader("write");
        let payload = reader.required("payload")?.to_text();
        reader.finish()?;
        if let (Some(host), Mode::Execute) = (&host, evaluator.environment.mode) {
            host.write(&payload);
        }
        Ok(Value::from(""))
    })
}
