-- Six definitions of a readmission over the same patients: published rates differ more by definition than by
-- hospital, so each index stay is kept under every definition it counts in, with what followed it.
{% set window_days = 30 %}

with as_of as (
    select as_of_date from {{ ref('int_synthea__as_of') }}
),

inpatient_rows as (
    select
        *,
        lead(encounter_id) over (partition by patient_id order by start_ts, stop_ts, encounter_id) as next_id,
        lead(admit_date) over (partition by patient_id order by start_ts, stop_ts, encounter_id) as next_admit_date
    from {{ ref('int_synthea__inpatient_rows') }}
),

stays as (
    select
        *,
        lead(stay_id) over (partition by patient_id order by start_ts, stay_id) as next_id,
        lead(admit_date) over (partition by patient_id order by start_ts, stay_id) as next_admit_date,
        lead(planned) over (partition by patient_id order by start_ts, stay_id) as next_planned
    from {{ ref('int_synthea__inpatient_stays') }}
),

-- A patient who died cannot return, and one discharged too lately has not been followed long enough.
followed_rows as (
    select inpatient_rows.*
    from inpatient_rows
    cross join as_of
    where not inpatient_rows.died and inpatient_rows.discharge_date <= as_of.as_of_date - {{ window_days }}
),

followed_stays as (
    select stays.*
    from stays
    cross join as_of
    where not stays.died and stays.discharge_date <= as_of.as_of_date - {{ window_days }}
),

later_rows as (
    select
        followed_rows.encounter_id,
        other_rows.encounter_id as next_id,
        other_rows.admit_date as next_admit_date,
        row_number() over (
            partition by followed_rows.encounter_id
            order by other_rows.start_ts, other_rows.stop_ts, other_rows.encounter_id
        ) as nearness
    from followed_rows
    inner join inpatient_rows as other_rows
        on followed_rows.patient_id = other_rows.patient_id
        and followed_rows.encounter_id <> other_rows.encounter_id
        and followed_rows.stop_ts <= other_rows.start_ts
),

later_acute_encounters as (
    select
        followed_stays.stay_id,
        encounters.encounter_id as next_id,
        encounters.start_date as next_admit_date,
        row_number() over (
            partition by followed_stays.stay_id order by encounters.start_ts, encounters.encounter_id
        ) as nearness
    from followed_stays
    inner join {{ ref('int_synthea__encounters_enriched') }} as encounters
        on followed_stays.patient_id = encounters.patient_id
        and followed_stays.stop_ts < encounters.start_ts
    where encounters.is_acute and (encounters.start_ts <= encounters.stop_ts or not encounters.is_inpatient)
),

indexes as (
    select
        'A_naive' as definition, encounter_id as index_id, patient_id, discharge_date,
        next_id, next_admit_date, true as next_counts
    from inpatient_rows

    union all

    select
        'B_simple', followed_rows.encounter_id, followed_rows.patient_id, followed_rows.discharge_date,
        later_rows.next_id, later_rows.next_admit_date, true
    from followed_rows
    left join later_rows on followed_rows.encounter_id = later_rows.encounter_id and later_rows.nearness = 1

    union all

    select 'C_stay', stay_id, patient_id, discharge_date, next_id, next_admit_date, true
    from followed_stays

    union all

    select 'D_cms_18plus', stay_id, patient_id, discharge_date, next_id, next_admit_date, not next_planned
    from followed_stays
    where age_at_admit >= 18 and not excluded_dx

    union all

    select 'E_cms_65plus', stay_id, patient_id, discharge_date, next_id, next_admit_date, not next_planned
    from followed_stays
    where age_at_admit >= 65 and not excluded_dx

    union all

    select
        'F_acute_return', followed_stays.stay_id, followed_stays.patient_id, followed_stays.discharge_date,
        later_acute_encounters.next_id, later_acute_encounters.next_admit_date, true
    from followed_stays
    left join later_acute_encounters
        on followed_stays.stay_id = later_acute_encounters.stay_id and later_acute_encounters.nearness = 1
)

select
    definition,
    index_id,
    patient_id,
    discharge_date,
    next_id,
    datediff('day', discharge_date, next_admit_date) as days_to_next,
    coalesce(datediff('day', discharge_date, next_admit_date) <= {{ window_days }} and next_counts, false) as readmitted
from indexes
