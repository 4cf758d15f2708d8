//! Prints of values: 64 bits by which two values are taken for the same.
//!
//! Of n values two have the same print by chance with a probability of about n² / 2⁶⁵: for ten million states one in 400,000. Not for hostile
//! input. Not here: what is done with them ([`mod@crate::search`]).

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};

/// A map that is as fast as a search needs it.
pub(crate) type FastMap<K, V> = HashMap<K, V, BuildHasherDefault<Print>>;

/// Odd numbers without a pattern.
const KEYS: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xd1b5_4a32_d192_ed03];

/// Takes a print of what is written into it.
pub(crate) struct Print(u64);

impl Default for Print {
    fn default() -> Self {
        Self(0x2545_f491_4f6c_dd1d)
    }
}

/// The print of a value.
pub(crate) fn print(value: &impl Hash) -> u64 {
    let mut print = Print::default();
    value.hash(&mut print);
    print.finish()
}

/// Each half of the product of two numbers depends on all of their bits.
fn mixed(one: u64, other: u64) -> u64 {
    let product = u128::from(one) * u128::from(other);
    #[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
    let halves = (product >> 64) as u64 ^ product as u64;
    halves
}

impl Hasher for Print {
    fn finish(&self) -> u64 {
        mixed(self.0 ^ KEYS[1], KEYS[0])
    }

    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            let mut word = [0; 8];
            word.iter_mut().zip(part).for_each(|(to, from)| *to = *from);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.write_u64(value.into());
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(value.into());
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = mixed(self.0.rotate_left(23) ^ value, KEYS[0]) ^ KEYS[1];
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }

    fn write_isize(&mut self, value: isize) {
        self.write_u64(value.cast_unsigned() as u64);
    }
}
