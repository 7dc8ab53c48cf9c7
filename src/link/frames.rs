//! Blocks of units that share a key: a sort-merge self-join on hashed keys. The only file that
//! names polars.

pub use polars::prelude::PolarsError as FrameError;
use polars::prelude::{
    DataFrame, IntoColumn, PolarsResult, SortMultipleOptions, UInt32Chunked, UInt64Chunked,
};

use crate::link::LinkError;
use crate::link::units::UnitId;

/// Every key that at least two units have, in order of key; units of one key in content order.
pub(super) struct Blocks {
    keys: Vec<u64>,
    /// Where the units of each key end.
    ends: Vec<u32>,
    units: Vec<UnitId>,
}

impl Blocks {
    /// Joins units with equal keys; `units` must be in unit order.
    ///
    /// # Errors
    /// [`LinkError::Frame`] when the frame cannot be made or sorted (memory).
    pub(super) fn of(keys: Vec<u64>, units: Vec<UnitId>) -> Result<Self, LinkError> {
        let frame = sorted(keys, units).map_err(LinkError::Frame)?;
        let (keys, units) = columns(&frame).map_err(LinkError::Frame)?;
        let mut blocks = Self { keys: Vec::new(), ends: Vec::new(), units: Vec::new() };
        let mut start = 0;
        for run in keys.chunk_by(|one, other| one == other) {
            if run.len() > 1 {
                blocks.keys.push(run[0]);
                blocks.units.extend_from_slice(&units[start..start + run.len()]);
                blocks
                    .ends
                    .push(u32::try_from(blocks.units.len()).map_err(|_| LinkError::Capacity)?);
            }
            start += run.len();
        }

        Ok(blocks)
    }

    /// How many blocks.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Key and units of the block at `place`.
    pub(super) fn get(&self, place: usize) -> (u64, &[UnitId]) {
        let start = if place == 0 { 0 } else { self.ends[place - 1] };
        (self.keys[place], &self.units[start as usize..self.ends[place] as usize])
    }
}

fn sorted(keys: Vec<u64>, units: Vec<UnitId>) -> PolarsResult<DataFrame> {
    let frame = DataFrame::new_infer_height(vec![
        UInt64Chunked::from_vec("key".into(), keys).into_column(),
        UInt32Chunked::from_vec("unit".into(), units).into_column(),
    ])?;
    let stable = SortMultipleOptions::default().with_maintain_order(true).with_multithreaded(true);
    let mut frame = frame.sort(["key"], stable)?;
    frame.rechunk_mut();
    Ok(frame)
}

fn columns(frame: &DataFrame) -> PolarsResult<(&[u64], &[UnitId])> {
    let keys = frame.column("key")?.as_materialized_series().u64()?.cont_slice()?;
    let units = frame.column("unit")?.as_materialized_series().u32()?.cont_slice()?;
    Ok((keys, units))
}
