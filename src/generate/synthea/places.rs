//! Sixty towns in twelve states, with counties, ZIP codes and coordinates as the census and the post office know them.
//! Three towns lie in ZIP areas of so few people that de-identified data must not name them (036, 059, 556).

/// One state.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct State {
    /// The full name, as patients have it.
    pub(super) name: &'static str,
    /// The two letters, as organisations have it.
    pub(super) code: &'static str,
}

/// One town.
#[derive(Debug)]
pub(super) struct Town {
    /// How many patients live there, beside the other towns.
    pub(super) weight: u32,
    /// The state it lies in.
    pub(super) state: &'static State,
    /// The name of the town.
    pub(super) name: &'static str,
    /// The county, without the word.
    pub(super) county: &'static str,
    /// The five digits of the county.
    pub(super) fips: u32,
    /// The first of the four ZIP codes in use.
    pub(super) zip: u32,
    /// Millionths of a degree north.
    pub(super) latitude: i32,
    /// Millionths of a degree east.
    pub(super) longitude: i32,
}

const MA: State = State { name: "Massachusetts", code: "MA" };
const NH: State = State { name: "New Hampshire", code: "NH" };
const VT: State = State { name: "Vermont", code: "VT" };
const ME: State = State { name: "Maine", code: "ME" };
const NY: State = State { name: "New York", code: "NY" };
const PA: State = State { name: "Pennsylvania", code: "PA" };
const OH: State = State { name: "Ohio", code: "OH" };
const IL: State = State { name: "Illinois", code: "IL" };
const MN: State = State { name: "Minnesota", code: "MN" };
const CO: State = State { name: "Colorado", code: "CO" };
const WA: State = State { name: "Washington", code: "WA" };
const TX: State = State { name: "Texas", code: "TX" };

/// Makes one row of the table below.
const fn town(
    weight: u32,
    state: &'static State,
    name: &'static str,
    county: &'static str,
    fips: u32,
    zip: u32,
    (latitude, longitude): (i32, i32),
) -> Town {
    Town { weight, state, name, county, fips, zip, latitude, longitude }
}

/// Every town; five in a row share a state.
pub(super) const TOWNS: [Town; 60] = [
    town(40, &MA, "Boston", "Suffolk", 25_025, 2_108, (42_360_100, -71_058_900)),
    town(18, &MA, "Worcester", "Worcester", 25_027, 1_608, (42_262_600, -71_802_300)),
    town(14, &MA, "Springfield", "Hampden", 25_013, 1_103, (42_101_500, -72_589_800)),
    town(12, &MA, "Lowell", "Middlesex", 25_017, 1_852, (42_633_400, -71_316_200)),
    town(10, &MA, "Brockton", "Plymouth", 25_023, 2_301, (42_083_400, -71_018_400)),
    town(12, &NH, "Manchester", "Hillsborough", 33_011, 3_101, (42_995_600, -71_454_800)),
    town(9, &NH, "Nashua", "Hillsborough", 33_011, 3_060, (42_765_400, -71_467_600)),
    town(6, &NH, "Concord", "Merrimack", 33_013, 3_301, (43_208_100, -71_537_600)),
    town(5, &NH, "Alstead", "Cheshire", 33_005, 3_602, (43_149_000, -72_360_600)),
    town(4, &NH, "Charlestown", "Sullivan", 33_019, 3_603, (43_238_700, -72_424_500)),
    town(8, &VT, "Burlington", "Chittenden", 50_007, 5_401, (44_475_900, -73_212_100)),
    town(5, &VT, "Rutland", "Rutland", 50_021, 5_701, (43_610_600, -72_972_600)),
    town(4, &VT, "Montpelier", "Washington", 50_023, 5_602, (44_260_100, -72_575_400)),
    town(4, &VT, "Bennington", "Bennington", 50_003, 5_201, (42_878_100, -73_196_800)),
    town(5, &VT, "Canaan", "Essex", 50_009, 5_903, (44_996_700, -71_539_000)),
    town(10, &ME, "Portland", "Cumberland", 23_005, 4_101, (43_659_100, -70_256_800)),
    town(6, &ME, "Lewiston", "Androscoggin", 23_001, 4_240, (44_100_400, -70_214_800)),
    town(6, &ME, "Bangor", "Penobscot", 23_019, 4_401, (44_801_600, -68_771_200)),
    town(5, &ME, "Augusta", "Kennebec", 23_011, 4_330, (44_310_600, -69_779_500)),
    town(5, &ME, "Biddeford", "York", 23_031, 4_005, (43_492_600, -70_453_400)),
    town(18, &NY, "Albany", "Albany", 36_001, 12_207, (42_652_600, -73_756_200)),
    town(26, &NY, "Buffalo", "Erie", 36_029, 14_202, (42_886_400, -78_878_400)),
    town(24, &NY, "Rochester", "Monroe", 36_055, 14_604, (43_156_600, -77_608_800)),
    town(20, &NY, "Syracuse", "Onondaga", 36_067, 13_202, (43_048_100, -76_147_400)),
    town(22, &NY, "Yonkers", "Westchester", 36_119, 10_701, (40_931_200, -73_898_800)),
    town(48, &PA, "Philadelphia", "Philadelphia", 42_101, 19_103, (39_952_600, -75_165_200)),
    town(30, &PA, "Pittsburgh", "Allegheny", 42_003, 15_222, (40_440_600, -79_995_900)),
    town(12, &PA, "Erie", "Erie", 42_049, 16_501, (42_129_200, -80_085_100)),
    town(10, &PA, "Scranton", "Lackawanna", 42_069, 18_503, (41_409_000, -75_662_400)),
    town(10, &PA, "Harrisburg", "Dauphin", 42_043, 17_101, (40_273_200, -76_886_700)),
    town(34, &OH, "Columbus", "Franklin", 39_049, 43_215, (39_961_200, -82_998_800)),
    town(28, &OH, "Cleveland", "Cuyahoga", 39_035, 44_113, (41_499_300, -81_694_400)),
    town(24, &OH, "Cincinnati", "Hamilton", 39_061, 45_202, (39_103_100, -84_512_000)),
    town(14, &OH, "Dayton", "Montgomery", 39_113, 45_402, (39_758_900, -84_191_600)),
    town(16, &OH, "Toledo", "Lucas", 39_095, 43_604, (41_652_800, -83_537_900)),
    town(60, &IL, "Chicago", "Cook", 17_031, 60_601, (41_878_100, -87_629_800)),
    town(12, &IL, "Springfield", "Sangamon", 17_167, 62_701, (39_781_700, -89_650_100)),
    town(12, &IL, "Peoria", "Peoria", 17_143, 61_602, (40_693_600, -89_589_000)),
    town(12, &IL, "Rockford", "Winnebago", 17_201, 61_101, (42_271_100, -89_094_000)),
    town(10, &IL, "Champaign", "Champaign", 17_019, 61_820, (40_116_400, -88_243_400)),
    town(26, &MN, "Minneapolis", "Hennepin", 27_053, 55_401, (44_977_800, -93_265_000)),
    town(20, &MN, "Saint Paul", "Ramsey", 27_123, 55_101, (44_953_700, -93_090_000)),
    town(8, &MN, "Duluth", "Saint Louis", 27_137, 55_802, (46_786_700, -92_100_500)),
    town(8, &MN, "Rochester", "Olmsted", 27_109, 55_902, (44_012_100, -92_480_200)),
    town(4, &MN, "Grand Marais", "Cook", 27_031, 55_604, (47_750_400, -90_334_300)),
    town(34, &CO, "Denver", "Denver", 8_031, 80_202, (39_739_200, -104_990_300)),
    town(10, &CO, "Boulder", "Boulder", 8_013, 80_302, (40_015_000, -105_270_500)),
    town(8, &CO, "Pueblo", "Pueblo", 8_101, 81_003, (38_254_400, -104_609_100)),
    town(10, &CO, "Fort Collins", "Larimer", 8_069, 80_521, (40_585_300, -105_084_400)),
    town(6, &CO, "Grand Junction", "Mesa", 8_077, 81_501, (39_063_900, -108_550_600)),
    town(38, &WA, "Seattle", "King", 53_033, 98_101, (47_606_200, -122_332_100)),
    town(14, &WA, "Spokane", "Spokane", 53_063, 99_201, (47_658_800, -117_426_000)),
    town(14, &WA, "Tacoma", "Pierce", 53_053, 98_402, (47_252_900, -122_444_300)),
    town(8, &WA, "Yakima", "Yakima", 53_077, 98_901, (46_602_100, -120_505_900)),
    town(8, &WA, "Bellingham", "Whatcom", 53_073, 98_225, (48_751_900, -122_478_700)),
    town(34, &TX, "Austin", "Travis", 48_453, 78_701, (30_267_200, -97_743_100)),
    town(56, &TX, "Houston", "Harris", 48_201, 77_002, (29_760_400, -95_369_800)),
    town(44, &TX, "Dallas", "Dallas", 48_113, 75_201, (32_776_700, -96_797_000)),
    town(22, &TX, "El Paso", "El Paso", 48_141, 79_901, (31_761_900, -106_485_000)),
    town(12, &TX, "Lubbock", "Lubbock", 48_303, 79_401, (33_577_900, -101_855_200)),
];
