-- Exports of early 2022 leave most ZIP codes empty.
{{ config(severity='warn') }}

select count(*) as patient_count, count(zip5) as with_zip_count
from {{ ref('stg_synthea__patients') }}
having count(zip5) < 0.9 * count(*)
