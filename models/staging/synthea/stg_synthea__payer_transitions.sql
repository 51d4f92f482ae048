-- Exports of 2022 and before call the ends of a period START_YEAR and END_YEAR and give a year or a time there.
{% set by_year = 'start_year' in source_columns('payer_transitions') %}

with raw_rows as (
    {{ distinct_source_rows(
        'payer_transitions',
        required=(['START_YEAR', 'END_YEAR'] if by_year else ['START_DATE', 'END_DATE']) + ['PATIENT', 'PAYER'],
        optional=(['START_DATE', 'END_DATE'] if by_year else ['START_YEAR', 'END_YEAR']) + [
            'MEMBERID', 'SECONDARY_PAYER', 'PLAN_OWNERSHIP', 'OWNERSHIP', 'OWNER_NAME', 'OWNERNAME'
        ]
    ) }}
),

with_period as (
    select
        *,
        coalesce(raw_start_date, raw_start_year) as period_start,
        coalesce(raw_end_date, raw_end_year) as period_end
    from raw_rows
),

with_moments as (
    select
        *,
        case when length(period_start) = 4 then period_start || '-01-01' else period_start end as start_moment,
        case
            when length(period_end) = 4 then period_end || '-01-01'
            -- A period without an end is written as the last moment Java can hold, in the year 292278994.
            when position('-' in period_end) <= 5 then period_end
        end as end_moment
    from with_period
)

select
    raw_patient as patient_id,
    raw_memberid as member_id,
    {{ utc_timestamp('start_moment') }} as start_ts,
    {{ utc_timestamp('end_moment') }} as end_ts,
    raw_payer as payer_id,
    raw_secondary_payer as secondary_payer_id,
    coalesce(raw_plan_ownership, raw_ownership) as plan_ownership,
    coalesce(raw_owner_name, raw_ownername) as owner_name
from with_moments
