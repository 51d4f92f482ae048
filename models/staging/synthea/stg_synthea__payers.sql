with raw_rows as (
    {{ distinct_source_rows(
        'payers',
        required=['Id', 'NAME'],
        optional=[
            'OWNERSHIP', 'ADDRESS', 'CITY', 'STATE_HEADQUARTERED', 'ZIP', 'PHONE', 'AMOUNT_COVERED',
            'AMOUNT_UNCOVERED', 'REVENUE', 'COVERED_ENCOUNTERS', 'UNCOVERED_ENCOUNTERS', 'COVERED_MEDICATIONS',
            'UNCOVERED_MEDICATIONS', 'COVERED_PROCEDURES', 'UNCOVERED_PROCEDURES', 'COVERED_IMMUNIZATIONS',
            'UNCOVERED_IMMUNIZATIONS', 'UNIQUE_CUSTOMERS', 'QOLS_AVG', 'MEMBER_MONTHS'
        ]
    ) }}
)

select
    raw_id as payer_id,
    raw_name as name,
    raw_ownership as ownership,
    raw_address as address,
    raw_city as city,
    raw_state_headquartered as state_code,
    raw_zip as zip,
    raw_phone as phone,
    cast(raw_amount_covered as decimal(18, 2)) as amount_covered,
    cast(raw_amount_uncovered as decimal(18, 2)) as amount_uncovered,
    cast(raw_revenue as decimal(18, 2)) as revenue,
    cast(raw_covered_encounters as bigint) as covered_encounters,
    cast(raw_uncovered_encounters as bigint) as uncovered_encounters,
    cast(raw_covered_medications as bigint) as covered_medications,
    cast(raw_uncovered_medications as bigint) as uncovered_medications,
    cast(raw_covered_procedures as bigint) as covered_procedures,
    cast(raw_uncovered_procedures as bigint) as uncovered_procedures,
    cast(raw_covered_immunizations as bigint) as covered_immunizations,
    cast(raw_uncovered_immunizations as bigint) as uncovered_immunizations,
    cast(raw_unique_customers as bigint) as unique_customers,
    cast(raw_qols_avg as double) as average_quality_of_life,
    cast(raw_member_months as bigint) as member_months
from raw_rows
