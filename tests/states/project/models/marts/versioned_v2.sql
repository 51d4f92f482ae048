select id from {{ source('raw', 'things') }}
