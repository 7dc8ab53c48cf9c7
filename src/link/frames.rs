//! Blocks of units that share a key: a sort-merge self-join on hashed keys. The only file that names polars.

pub use polars::prelude::PolarsError as FrameError;
use polars::prelude::{DataFrame, IntoColumn, PolarsResult, SortMultipleOptions, UInt32Chunked, UInt64Chunked};

use crate::link::LinkError;
use crate::link::units::UnitId;

/// Units sorted by key; units of one key in content order.
pub(super) struct Blocks {
    frame: DataFrame,
}

impl Blocks {
    /// Sorts `keyed`, which must stand in unit order.
    ///
    /// # Errors
    /// [`LinkError::Frame`] when the frame cannot be made or sorted (memory).
    pub(super) fn of(keys: Vec<u64>, units: Vec<UnitId>) -> Result<Self, LinkError> {
        Self::sorted(keys, units).map_err(LinkError::Frame)
    }

    fn sorted(keys: Vec<u64>, units: Vec<UnitId>) -> PolarsResult<Self> {
        let frame = DataFrame::new_infer_height(vec![
            UInt64Chunked::from_vec("key".into(), keys).into_column(),
            UInt32Chunked::from_vec("unit".into(), units).into_column(),
        ])?;
        let stable = SortMultipleOptions::default().with_maintain_order(true).with_multithreaded(true);
        let mut frame = frame.sort(["key"], stable)?;
        frame.rechunk_mut();
        Ok(Self { frame })
    }

    /// Every block of at least two units, in order of key.
    ///
    /// # Errors
    /// [`LinkError::Frame`] when a column is not what [`Blocks::of`] made.
    pub(super) fn groups(&self) -> Result<Vec<&[UnitId]>, LinkError> {
        let (keys, units) = self.columns().map_err(LinkError::Frame)?;
        let mut groups = Vec::new();
        let mut start = 0;
        for run in keys.chunk_by(|one, other| one == other) {
            if run.len() > 1 {
                groups.push(&units[start..start + run.len()]);
            }
            start += run.len();
        }
        Ok(groups)
    }

    fn columns(&self) -> PolarsResult<(&[u64], &[UnitId])> {
        let keys = self.frame.column("key")?.as_materialized_series().u64()?.cont_slice()?;
        let units = self.frame.column("unit")?.as_materialized_series().u32()?.cont_slice()?;
        Ok((keys, units))
    }
}
