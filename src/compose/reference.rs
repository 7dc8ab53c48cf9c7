//! The reference code of a letter: what people read to us on the telephone.

use sha2::{Digest, Sha256};

/// No vowels (no accidental words), nothing that is mistaken for something else on paper (0 O, 1 I
/// L, 2 Z, 3, 5 S, 8 B).
const ALPHABET: &[u8; 21] = b"CDFGHJKMNPQRTVWXY4679";
const LENGTH: usize = 16;
const MODULUS: u32 = 21;

/// Sixteen characters in fours, "CDFG HJKM NPQR TVWX"; the last is a check character.
///
/// `seed` comes from a keyed function of the letter id, so the code tells nothing about anybody and
/// cannot be made up; 66 bits, so that no two of millions of letters are alike.
#[must_use]
pub fn code(seed: [u8; 32]) -> String {
    let mut digits = random(seed);
    // The weight of the last place is 1, so the check character is what is missing to 1.
    digits[LENGTH - 1] = (1 + MODULUS - weighed(&digits)) % MODULUS;
    let fours: Vec<String> =
        digits.chunks(4).map(|four| four.iter().map(|digit| letter(*digit)).collect()).collect();
    fours.join(" ")
}

/// Fifteen digits of base 21 and a 0.
fn random(seed: [u8; 32]) -> [u32; LENGTH] {
    let digest: [u8; 32] =
        Sha256::new().chain_update(b"reference").chain_update(seed).finalize().into();
    let mut number = u128::from_be_bytes(std::array::from_fn(|index| digest[index]));
    let mut digits = [0; LENGTH];
    for digit in &mut digits[..LENGTH - 1] {
        *digit =
            u32::try_from(number % u128::from(MODULUS)).expect("a remainder of 21 is under 21");
        number /= u128::from(MODULUS);
    }

    digits
}

/// Whether a code somebody reads to us is one of ours in form. Spaces, hyphens and case do not
/// matter.
///
/// ISO 7064 pure system with modulus 21 and radix 2: the weights 1, 2, 4, ... are units of 21 and
/// so are the differences of neighbours, hence every wrong character and every swap of two
/// neighbours is caught.
#[must_use]
pub fn valid(text: &str) -> bool {
    let signs = text.chars().filter(|sign| !matches!(sign, ' ' | '-'));
    let digits: Option<Vec<u32>> = signs.map(|sign| digit(sign.to_ascii_uppercase())).collect();
    digits.is_some_and(|digits| digits.len() == LENGTH && weighed(&digits) == 1)
}

fn weighed(digits: &[u32]) -> u32 {
    digits.iter().fold(0, |sum, digit| (sum * 2 + digit) % MODULUS)
}

fn letter(digit: u32) -> char {
    char::from(ALPHABET[digit as usize])
}

fn digit(sign: char) -> Option<u32> {
    ALPHABET
        .iter()
        .zip(0..)
        .find(|(letter, _)| char::from(**letter) == sign)
        .map(|(_, digit)| digit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_form_is_four_fours_of_the_alphabet() {
        let code = code([7; 32]);
        assert_eq!(code.len(), 19);
        assert!(
            code.split(' ')
                .all(|four| four.len() == 4 && four.bytes().all(|byte| ALPHABET.contains(&byte)))
        );
        assert!(valid(&code) && valid(&code.to_lowercase().replace(' ', "-")));
        assert!(!valid("") && !valid(&code[..18]) && !valid(&code.replace(' ', "  A")));
        assert_ne!(code, super::code([8; 32]));
    }

    #[test]
    fn two_hundred_thousand_codes_are_all_different() {
        let mut codes: Vec<String> = (0..200_000_u32)
            .map(|number| {
                let mut seed = [0; 32];
                seed[..4].copy_from_slice(&number.to_be_bytes());
                code(seed)
            })
            .collect();

        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), 200_000);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn every_wrong_character_and_every_swap_of_neighbours_is_caught(seed in any::<[u8; 32]>()) {
            let code: Vec<char> = code(seed).chars().filter(|sign| *sign != ' ').collect();
            for place in 0..LENGTH {
                for other in ALPHABET.iter().map(|byte| char::from(*byte)).filter(|other| *other != code[place]) {
                    let mut wrong = code.clone();
                    wrong[place] = other;
                    prop_assert!(!valid(&wrong.iter().collect::<String>()));
                }
                if place > 0 && code[place] != code[place - 1] {
                    let mut swapped = code.clone();
                    swapped.swap(place, place - 1);
                    prop_assert!(!valid(&swapped.iter().collect::<String>()));
                }
            }
        }
    }
}
