with as_of as (
    select as_of_date from {{ ref('int_synthea__as_of') }}
),

patients as (
    select
        patients.*,
        {{ completed_years('patients.birth_date', 'coalesce(patients.death_date, as_of.as_of_date)') }} as age_years
    from {{ ref('stg_synthea__patients') }} as patients
    cross join as_of
),

encounters as (
    select
        patient_id,
        count(*) as encounter_count,
        sum(case when is_inpatient then 1 else 0 end) as inpatient_encounter_count,
        sum(case when encounter_class = 'emergency' then 1 else 0 end) as emergency_count,
        sum(total_claim_cost) as total_claim_cost,
        sum(payer_coverage) as total_payer_coverage,
        min(start_date) as first_encounter_date,
        max(start_date) as last_encounter_date
    from {{ ref('encounter_dim') }}
    group by patient_id
),

stays as (
    select patient_id, count(*) as inpatient_stay_count, sum(los_days) as inpatient_days
    from {{ ref('int_synthea__inpatient_stays') }}
    group by patient_id
),

readmissions as (
    select patient_id, count(*) as readmission_30d_count
    from {{ ref('int_synthea__readmission_pairs') }}
    where definition = 'C_stay' and readmitted
    group by patient_id
),

conditions as (
    select
        patient_id,
        count(*) as condition_count,
        sum(case when is_active then 1 else 0 end) as active_condition_count
    from {{ ref('condition_dim') }}
    group by patient_id
),

procedures as (
    select patient_id, count(*) as procedure_count
    from {{ ref('procedure_dim') }}
    group by patient_id
),

medications as (
    select patient_id, count(*) as medication_count
    from {{ ref('medication_dim') }}
    group by patient_id
)

select
    patients.patient_id,
    patients.birth_date,
    patients.death_date,
    patients.death_date is not null as is_deceased,
    patients.age_years,
    {{ age_band('patients.age_years') }} as age_band,
    patients.gender,
    patients.race,
    patients.ethnicity,
    coalesce(patients.marital_status, 'unknown') as marital_status,
    {{ location_key('patients.state_code', 'patients.city', 'patients.zip5') }} as location_key,
    cast(coalesce(encounters.encounter_count, 0) as bigint) as encounter_count,
    cast(coalesce(encounters.inpatient_encounter_count, 0) as bigint) as inpatient_encounter_count,
    cast(coalesce(encounters.emergency_count, 0) as bigint) as emergency_count,
    cast(coalesce(stays.inpatient_stay_count, 0) as bigint) as inpatient_stay_count,
    cast(coalesce(stays.inpatient_days, 0) as bigint) as inpatient_days,
    cast(coalesce(readmissions.readmission_30d_count, 0) as bigint) as readmission_30d_count,
    cast(coalesce(conditions.condition_count, 0) as bigint) as condition_count,
    cast(coalesce(conditions.active_condition_count, 0) as bigint) as active_condition_count,
    cast(coalesce(procedures.procedure_count, 0) as bigint) as procedure_count,
    cast(coalesce(medications.medication_count, 0) as bigint) as medication_count,
    cast(coalesce(encounters.total_claim_cost, 0) as decimal(18, 2)) as total_claim_cost,
    cast(coalesce(encounters.total_payer_coverage, 0) as decimal(18, 2)) as total_payer_coverage,
    cast(coalesce(patients.healthcare_expenses, 0) as decimal(18, 2)) as healthcare_expenses,
    cast(coalesce(patients.healthcare_coverage, 0) as decimal(18, 2)) as healthcare_coverage,
    encounters.first_encounter_date,
    encounters.last_encounter_date
from patients
left join encounters on patients.patient_id = encounters.patient_id
left join stays on patients.patient_id = stays.patient_id
left join readmissions on patients.patient_id = readmissions.patient_id
left join conditions on patients.patient_id = conditions.patient_id
left join procedures on patients.patient_id = procedures.patient_id
left join medications on patients.patient_id = medications.patient_id
