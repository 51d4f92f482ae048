//! Repeatable chance: streams of bits that depend on a seed, a topic and a number alone. No floating point, no clock,
//! no order of a hash map. Knows nothing of what is drawn.

use uuid::{Builder, Uuid};

/// The step of splitmix64: 2^64 over the golden ratio.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// Spreads every bit of a number over all others, as splitmix64 finishes a draw.
fn scramble(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// Returns the key of a stream; other topics and other numbers have other keys.
pub(super) fn key(seed: u64, topic: &str, number: u64) -> u64 {
    let start = scramble(seed.wrapping_add(STEP));
    let named = topic.bytes().fold(start, |hash, byte| scramble(hash.wrapping_add(STEP) ^ u64::from(byte)));
    scramble(named ^ scramble(number.wrapping_add(STEP)))
}

/// One endless row of draws.
#[derive(Debug, Clone)]
pub(super) struct Stream(u64);

impl Stream {
    /// Starts the stream of a key.
    pub(super) fn new(key: u64) -> Self {
        Self(key)
    }

    /// Draws 64 bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        scramble(self.0)
    }

    /// Draws a number from 0 up to, not including, `count`.
    pub(super) fn below(&mut self, count: u32) -> u32 {
        ((u128::from(self.bits()) * u128::from(count)) >> 64) as u32
    }

    /// Draws a number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high - low + 1)
    }

    /// Draws yes with a chance of so many in a thousand.
    pub(super) fn chance(&mut self, per_mille: u32) -> bool {
        self.below(1000) < per_mille
    }

    /// Draws the place of one weight, each as often as it weighs; the last place when all weigh nothing.
    pub(super) fn weigh(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let mut rest = self.below(weights.clone().sum());
        let mut last = 0;
        for (place, weight) in weights.enumerate() {
            if rest < weight {
                return place;
            }
            rest -= weight;
            last = place;
        }
        last
    }

    /// Draws one row of a table that is not empty, each as often as it weighs.
    pub(super) fn pick<'a, T>(&mut self, rows: &'a [(u32, T)]) -> &'a T {
        &rows[self.weigh(rows.iter().map(|(weight, _)| *weight))].1
    }

    /// Draws one item of a list that is not empty, all alike.
    pub(super) fn choose<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u32) as usize]
    }

    /// Draws an identifier of 128 bits, marked as a random UUID.
    pub(super) fn id(&mut self) -> Uuid {
        let bits = (u128::from(self.bits()) << 64) | u128::from(self.bits());
        Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_draws_never_change() {
        let mut stream = Stream::new(key(1, "patient", 0));
        let draws = [stream.bits(), stream.bits(), u64::from(stream.below(1000))];
        assert_eq!(draws, [15_138_963_463_638_267_700, 3_914_715_057_513_415_888, 784]);
        assert_eq!(Stream::new(0).bits(), 0xe220_a839_7b1d_cdaf, "the published first value of splitmix64");
    }

    #[test]
    fn topics_numbers_and_seeds_have_streams_of_their_own() {
        let keys = [key(1, "a", 0), key(1, "a", 1), key(1, "b", 0), key(2, "a", 0), key(1, "ab", 0)];
        let distinct: std::collections::BTreeSet<u64> = keys.into_iter().collect();
        assert_eq!(distinct.len(), keys.len());
    }

    #[test]
    fn weights_are_kept() {
        let mut stream = Stream::new(7);
        let mut counts = [0_u32; 3];
        for _ in 0..10_000 {
            counts[stream.weigh([100, 0, 300].into_iter())] += 1;
        }
        assert_eq!(counts[1], 0);
        assert!((2_400..2_600).contains(&counts[0]), "{counts:?}");
        assert!((0..1_000).all(|_| (3..=5).contains(&stream.between(3, 5))));
    }

    #[test]
    fn identifiers_are_random_uuids() {
        let id = Stream::new(1).id();
        assert_eq!((id.get_version_num(), id.get_variant()), (4, uuid::Variant::RFC4122));
    }
}
