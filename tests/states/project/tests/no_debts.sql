select * from {{ ref('totals') }} where cents < 0
