-- The built-in generator aims at 15 to 20 %; fewer than 500 stays say little.
{{ config(severity='warn') }}

select definition, index_count, readmission_rate
from {{ ref('readmission_summary') }}
where definition = 'C_stay' and index_count >= 500 and readmission_rate not between 0.15 and 0.20
