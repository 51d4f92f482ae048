{# Snapshots: rows as they were, with the times between which they held. #}

{# The moment that changes of a snapshot are dated with. (dispatched) #}
{% macro snapshot_get_time() -%}
    {{ adapter.dispatch('snapshot_get_time', 'dbt')() }}
{%- endmacro %}

{% macro default__snapshot_get_time() -%}
    {{ current_timestamp() }}
{%- endmacro %}

{# A literal of a moment, to be compared with the times of a snapshot. (dispatched) #}
{% macro snapshot_string_as_time(timestamp) -%}
    {{ adapter.dispatch('snapshot_string_as_time', 'dbt')(timestamp) }}
{%- endmacro %}

{% macro default__snapshot_string_as_time(timestamp) -%}
    {% do exceptions.raise_not_implemented('snapshot_string_as_time is not implemented for adapter ' ~ adapter.type()) %}
{%- endmacro %}

{# The fingerprint of some expressions, nulls being empty texts. (dispatched) #}
{% macro snapshot_hash_arguments(args) -%}
    {{ adapter.dispatch('snapshot_hash_arguments', 'dbt')(args) }}
{%- endmacro %}

{% macro default__snapshot_hash_arguments(args) -%}
    md5({% for arg in args -%}
        {{ " || '|' || " if not loop.first }}coalesce(cast({{ arg }} as varchar), '')
    {%- endfor %})
{%- endmacro %}
