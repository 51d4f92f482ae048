with raw_rows as (
    {{ distinct_source_rows(
        'patients',
        required=[
            'Id', 'BIRTHDATE', 'DEATHDATE', 'RACE', 'ETHNICITY', 'GENDER', 'CITY', 'STATE', 'ZIP',
            'HEALTHCARE_EXPENSES', 'HEALTHCARE_COVERAGE'
        ],
        optional=[
            'SSN', 'DRIVERS', 'PASSPORT', 'PREFIX', 'FIRST', 'MIDDLE', 'LAST', 'SUFFIX', 'MAIDEN', 'MARITAL',
            'BIRTHPLACE', 'ADDRESS', 'COUNTY', 'FIPS', 'LAT', 'LON', 'INCOME'
        ]
    ) }}
),

states as (
    select name, code from {{ ref('us_states') }}
)

select
    raw_rows.raw_id as patient_id,
    {{ text_date('raw_rows.raw_birthdate') }} as birth_date,
    {{ text_date('raw_rows.raw_deathdate') }} as death_date,
    raw_rows.raw_ssn as ssn,
    raw_rows.raw_drivers as drivers,
    raw_rows.raw_passport as passport,
    raw_rows.raw_prefix as prefix,
    raw_rows.raw_first as first_name,
    raw_rows.raw_middle as middle_name,
    raw_rows.raw_last as last_name,
    raw_rows.raw_suffix as suffix,
    raw_rows.raw_maiden as maiden_name,
    raw_rows.raw_marital as marital_status,
    raw_rows.raw_race as race,
    raw_rows.raw_ethnicity as ethnicity,
    raw_rows.raw_gender as gender,
    raw_rows.raw_birthplace as birthplace,
    raw_rows.raw_address as address,
    raw_rows.raw_city as city,
    raw_rows.raw_state as state,
    -- Patients carry the state's name, providers its code; a name that is not listed stands for itself.
    coalesce(states.code, raw_rows.raw_state) as state_code,
    raw_rows.raw_county as county,
    raw_rows.raw_fips as fips,
    raw_rows.raw_zip as zip,
    substr(raw_rows.raw_zip, 1, 5) as zip5,
    cast(raw_rows.raw_lat as double) as lat,
    cast(raw_rows.raw_lon as double) as lon,
    cast(raw_rows.raw_healthcare_expenses as decimal(18, 2)) as healthcare_expenses,
    cast(raw_rows.raw_healthcare_coverage as decimal(18, 2)) as healthcare_coverage,
    cast(raw_rows.raw_income as bigint) as income
from raw_rows
left join states on lower(raw_rows.raw_state) = lower(states.name)
