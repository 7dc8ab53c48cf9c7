//! JSON in the one form in which it is signed (RFC 8785): names in order, nothing between the signs,
//! whole numbers only.

use serde::Serialize;
use serde_json::Value;

/// The canonical form of a value that serialises to texts, whole numbers, lists and objects.
///
/// # Panics
/// For a value with a fraction, which no statement has.
#[must_use]
pub(super) fn of(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).expect("a statement has string keys only");
    let mut text = String::new();
    write(&value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);

            text.push('{');
            for (place, (name, member)) in members.into_iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push(':');
                write(member, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                write(item, text);
            }
            text.push(']');
        }
        Value::Number(number) => {
            assert!(!number.is_f64(), "a statement has whole numbers only");
            text.push_str(&number.to_string());
        }
        plain => text.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_in_order_and_nothing_is_between_the_signs() {
        let value = json!({"b": [1, {"z": null, "a": "é\n\u{1}"}], "B": true, "a": "\"/"});
        let text = of(&value);
        assert_eq!(
            text,
            "{\"B\":true,\"a\":\"\\\"/\",\"b\":[1,{\"a\":\"é\\n\\u0001\",\"z\":null}]}"
        );
        let again: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(of(&again), text);
    }

    #[test]
    #[should_panic(expected = "whole numbers only")]
    fn a_fraction_is_refused() {
        let _ = of(&json!({"share": 0.5}));
    }
}
