//! The values of a column as polars decodes them, each as the same cell of a CSV file would have
//! it.

use std::borrow::Cow;

use jiff::civil::Date;
use polars_arrow::array::{
    Array, BinaryViewArray, BooleanArray, PrimitiveArray, StaticArray as _, Utf8ViewArray,
};
use polars_arrow::datatypes::{ArrowDataType, TimeUnit};

/// The values of one column in a slice of rows.
pub(super) struct Decoded {
    arrays: Vec<Values>,
}

enum Values {
    Text(Utf8ViewArray),
    Bytes(BinaryViewArray),
    Flags(BooleanArray),
    Days(PrimitiveArray<i32>),
    /// Instants, and how many of their units a day has.
    Instants(PrimitiveArray<i64>, i64),
    Decimals(PrimitiveArray<i128>),
    Whole(PrimitiveArray<i64>),
    WholeUnsigned(PrimitiveArray<u64>),
    /// Nothing but missing values, of whatever type.
    Missing(usize),
}

impl Decoded {
    /// `None` when the column has values and not a type that is `accepted`, or bytes that are no
    /// UTF-8.
    pub(super) fn new(arrays: &[Box<dyn Array>], accepted: bool) -> Option<Self> {
        let arrays: Option<Vec<Values>> =
            arrays.iter().map(|array| Values::new(&**array, accepted)).collect();
        Some(Self { arrays: arrays? })
    }

    pub(super) fn cell(&self, mut row: usize) -> Cow<'_, str> {
        for array in &self.arrays {
            if row < array.len() {
                return array.cell(row);
            }
            row -= array.len();
        }
        Cow::Borrowed("")
    }
}

impl Values {
    fn new(array: &dyn Array, accepted: bool) -> Option<Self> {
        use ArrowDataType as D;

        if array.null_count() == array.len() {
            return Some(Self::Missing(array.len()));
        }

        if !accepted {
            return None;
        }

        let any = array.as_any();
        Some(match array.dtype() {
            D::Utf8View => Self::Text(any.downcast_ref::<Utf8ViewArray>()?.clone()),
            D::BinaryView => {
                let bytes = any.downcast_ref::<BinaryViewArray>()?;
                if bytes.iter().flatten().any(|value| std::str::from_utf8(value).is_err()) {
                    return None;
                }
                Self::Bytes(bytes.clone())
            }
            D::Boolean => Self::Flags(any.downcast_ref::<BooleanArray>()?.clone()),
            D::Date32 => Self::Days(any.downcast_ref::<PrimitiveArray<i32>>()?.clone()),
            D::Timestamp(unit, _) => Self::Instants(
                any.downcast_ref::<PrimitiveArray<i64>>()?.clone(),
                units_of_a_day(*unit),
            ),
            D::Decimal(_, 0) => Self::Decimals(any.downcast_ref::<PrimitiveArray<i128>>()?.clone()),
            D::Int8 => Self::Whole(whole(any.downcast_ref::<PrimitiveArray<i8>>()?)),
            D::Int16 => Self::Whole(whole(any.downcast_ref::<PrimitiveArray<i16>>()?)),
            D::Int32 => Self::Whole(whole(any.downcast_ref::<PrimitiveArray<i32>>()?)),
            D::Int64 => Self::Whole(any.downcast_ref::<PrimitiveArray<i64>>()?.clone()),
            D::UInt8 => Self::Whole(whole(any.downcast_ref::<PrimitiveArray<u8>>()?)),
            D::UInt16 => Self::Whole(whole(any.downcast_ref::<PrimitiveArray<u16>>()?)),
            D::UInt32 => Self::Whole(whole(any.downcast_ref::<PrimitiveArray<u32>>()?)),
            D::UInt64 => Self::WholeUnsigned(any.downcast_ref::<PrimitiveArray<u64>>()?.clone()),
            _ => return None,
        })
    }

    fn len(&self) -> usize {
        match self {
            Self::Text(array) => array.len(),
            Self::Bytes(array) => array.len(),
            Self::Flags(array) => array.len(),
            Self::Days(array) => array.len(),
            Self::Instants(array, _) | Self::Whole(array) => array.len(),
            Self::Decimals(array) => array.len(),
            Self::WholeUnsigned(array) => array.len(),
            Self::Missing(length) => *length,
        }
    }

    /// The value as the same cell of a CSV file would have it.
    fn cell(&self, row: usize) -> Cow<'_, str> {
        let written = match self {
            Self::Text(array) => return Cow::Borrowed(array.get(row).unwrap_or("")),
            Self::Bytes(array) => {
                return Cow::Borrowed(
                    array.get(row).and_then(|value| std::str::from_utf8(value).ok()).unwrap_or(""),
                );
            }
            Self::Flags(array) => {
                return Cow::Borrowed(
                    array.get(row).map_or("", |flag| if flag { "true" } else { "false" }),
                );
            }
            Self::Days(array) => array.get(row).map(date),
            Self::Instants(array, day) => array.get(row).map(|instant| midnight(instant, *day)),
            Self::Decimals(array) => array.get(row).map(|number| number.to_string()),
            Self::Whole(array) => array.get(row).map(|number| number.to_string()),
            Self::WholeUnsigned(array) => array.get(row).map(|number| number.to_string()),
            Self::Missing(_) => None,
        };

        written.map_or(Cow::Borrowed(""), Cow::Owned)
    }
}

fn whole<N: polars_arrow::types::NativeType + Into<i64>>(
    array: &PrimitiveArray<N>,
) -> PrimitiveArray<i64> {
    array.iter().map(|value| value.map(|number| (*number).into())).collect()
}

const fn units_of_a_day(unit: TimeUnit) -> i64 {
    const SECONDS: i64 = 86_400;
    match unit {
        TimeUnit::Second => SECONDS,
        TimeUnit::Millisecond => SECONDS * 1_000,
        TimeUnit::Microsecond => SECONDS * 1_000_000,
        TimeUnit::Nanosecond => SECONDS * 1_000_000_000,
    }
}

/// An instant of midnight is a day. Any other is written with its time, so that no rule takes it
/// for one: a birth date at 23:00 is one that a program in a different time zone moved to the day
/// before.
pub(super) fn midnight(instant: i64, day: i64) -> String {
    let text =
        i32::try_from(instant.div_euclid(day)).map_or_else(|_| format!("instant {instant}"), date);
    if instant.rem_euclid(day) == 0 { text } else { format!("{text} with a time") }
}

/// Days since 1970 as `YYYY-MM-DD`; what is not a date of our calendar is written so that no rule
/// takes it for one.
fn date(days: i32) -> String {
    let day = Date::constant(1970, 1, 1)
        .checked_add(jiff::Span::new().days(days.clamp(-4_000_000, 4_000_000)));
    day.map_or_else(|_| format!("day {days}"), |day| day.to_string())
}
