-- Inpatient encounters with the stay each belongs to. Synthea records a transfer as a new encounter, so rows
-- that overlap, touch or follow within a day are one stay, named for its first row.
with inpatient_rows as (
    select *
    from {{ ref('int_synthea__encounters_enriched') }}
    where is_inpatient and start_ts <= stop_ts
),

rules as (
    select kind, code from {{ ref('planned_rules') }}
),

rule_matches as (
    select
        inpatient_rows.encounter_id,
        max(case when rules.kind in ('excluded_encounter', 'cancer_word') then 1 else 0 end) as excluded_rules,
        max(case when rules.kind <> 'excluded_encounter' then 1 else 0 end) as planned_rules
    from inpatient_rows
    inner join rules
        on (rules.kind in ('planned_encounter', 'excluded_encounter') and inpatient_rows.code = rules.code)
        or (rules.kind = 'planned_reason' and inpatient_rows.reason_code = rules.code)
        or (rules.kind = 'cancer_word' and lower(inpatient_rows.reason_description) like '%' || rules.code || '%')
    group by inpatient_rows.encounter_id
),

with_latest_stop as (
    select
        *,
        max(stop_ts) over (
            partition by patient_id order by start_ts, stop_ts, encounter_id
            rows between unbounded preceding and 1 preceding
        ) as latest_stop_ts
    from inpatient_rows
),

with_stay_number as (
    select
        *,
        sum(case when start_ts <= latest_stop_ts + interval '24 hours' then 0 else 1 end) over (
            partition by patient_id order by start_ts, stop_ts, encounter_id
            rows between unbounded preceding and current row
        ) as stay_number
    from with_latest_stop
)

select
    with_stay_number.encounter_id,
    first_value(with_stay_number.encounter_id) over (
        partition by with_stay_number.patient_id, with_stay_number.stay_number
        order by with_stay_number.start_ts, with_stay_number.stop_ts, with_stay_number.encounter_id
    ) as stay_id,
    with_stay_number.patient_id,
    with_stay_number.organization_id,
    with_stay_number.start_ts,
    with_stay_number.stop_ts,
    with_stay_number.start_date as admit_date,
    with_stay_number.stop_date as discharge_date,
    with_stay_number.los_days,
    with_stay_number.code,
    coalesce(with_stay_number.reason_code, '') as reason_code,
    coalesce(with_stay_number.reason_description, with_stay_number.description) as reason_description,
    coalesce(
        patients.death_date between with_stay_number.start_date and with_stay_number.stop_date, false
    ) as died,
    coalesce(rule_matches.excluded_rules = 1, false) as excluded_dx,
    coalesce(rule_matches.planned_rules = 1, false) as planned
from with_stay_number
left join rule_matches on with_stay_number.encounter_id = rule_matches.encounter_id
left join {{ ref('stg_synthea__patients') }} as patients on with_stay_number.patient_id = patients.patient_id
