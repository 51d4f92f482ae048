//! Names of people and streets. Like Synthea's, names of people end in digits, so that nobody takes them for real ones.

use super::random::Stream;

/// A name with its digits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name {
    /// The letters.
    pub(super) text: &'static str,
    /// The digits after them.
    pub(super) digits: u32,
}

impl Name {
    fn draw(stream: &mut Stream, names: &[&'static str]) -> Self {
        Self { text: stream.choose(names), digits: stream.between(1, 999) }
    }

    /// Draws a first name of a woman or a man.
    pub(super) fn first(stream: &mut Stream, female: bool) -> Self {
        Self::draw(stream, if female { &WOMEN } else { &MEN })
    }

    /// Draws a last name.
    pub(super) fn last(stream: &mut Stream) -> Self {
        Self::draw(stream, &FAMILIES)
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}{}", self.text, self.digits)
    }
}

#[rustfmt::skip]
const WOMEN: [&str; 48] = [
    "Abigail", "Alma", "Amélie", "Anita", "Beatriz", "Bridget", "Camila", "Carmen", "Chloé", "Clara", "Daniela", "Doris", "Edith", "Elena",
    "Esther", "Farah", "Fiona", "Grace", "Hannah", "Helen", "Ines", "Irene", "Jasmine", "Joan", "Judith", "Karla", "Laila",
    "Leonor", "Lydia", "Mabel", "María", "Marta", "Mei", "Nadia", "Naomi", "Olga", "Paula", "Priya", "Rebecca", "Rosa", "Ruth",
    "Sabine", "Sofía", "Tamara", "Ursula", "Vera", "Yolanda", "Zoë",
];

#[rustfmt::skip]
const MEN: [&str; 48] = [
    "Adrian", "Albert", "Ángel", "Anton", "Arturo", "Benjamin", "Bruno", "Caleb", "Carlos", "Cyrus", "Darius", "Diego", "Edmund",
    "Emil", "Enrique", "Felix", "Franklin", "Gilbert", "Hassan", "Hector", "Hugo", "Isaac", "Jerome", "José", "Julian", "Kenji", "Lamar",
    "Leonard", "Luis", "Marcus", "Martín", "Miles", "Nathan", "Noël", "Oliver", "Omar", "Patrick", "Rafael", "Ramón", "Raymond", "Samuel",
    "Simon", "Tobias", "Victor", "Walter", "Wesley", "Xavier", "Yusuf",
];

#[rustfmt::skip]
const FAMILIES: [&str; 64] = [
    "Acosta", "Adler", "Baker", "Barnes", "Beck", "Bell", "Bergström", "Blake", "Brandt", "Carver", "Castillo", "Chen", "Coleman",
    "Cruz", "Dalton", "Delgado", "Dixon", "Dubois", "Ellis", "Espinoza", "Fischer", "Fleming", "Foster", "Garza", "Gibson", "Grant",
    "Guzmán", "Hale", "Harper", "Hayashi", "Hoffman", "Ibarra", "Jensen", "Kaplan", "Keller", "Khan", "Kovacs", "Lambert", "Larsen",
    "Lee", "Lindgren", "Lozano", "Maddox", "Marsh", "Mendoza", "Moreau", "Müller", "Navarro", "Nguyen", "Núñez", "O'Brien", "Okafor",
    "Osborne", "Park", "Patel", "Quinn", "Reyes", "Rossi", "Sandoval", "Sharma", "Tanaka", "Vargas", "Whitaker", "Zimmer",
];

/// Names of streets.
pub(super) const STREETS: [&str; 32] = [
    "Alder",
    "Aspen",
    "Bayview",
    "Beech",
    "Birch",
    "Bridge",
    "Canal",
    "Cedar",
    "Chestnut",
    "Clover",
    "Depot",
    "Elm",
    "Fairview",
    "Garden",
    "Harbor",
    "Hickory",
    "Hillcrest",
    "Juniper",
    "Lake",
    "Laurel",
    "Linden",
    "Maple",
    "Meadow",
    "Mill",
    "Orchard",
    "Pearl",
    "Pine",
    "Prospect",
    "River",
    "Spruce",
    "Sycamore",
    "Willow",
];

/// Kinds of streets.
pub(super) const STREET_KINDS: [&str; 8] =
    ["Avenue", "Court", "Drive", "Lane", "Place", "Road", "Street", "Way"];
