//! Any JSON as a stored object. What must hold is in `hostile::record`.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let json = if seed % 3 == 0 { None } else { data.get(..size).and_then(|data| hostile::mutate::json(data, seed)) };
    match json.filter(|json| json.len() <= max_size) {
        Some(json) => {
            data[..json.len()].copy_from_slice(&json);
            json.len()
        }
        None => fuzzer_mutate(data, size, max_size),
    }
});

fuzz_target!(|data: &[u8]| hostile::record::run(data));
