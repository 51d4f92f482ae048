{#-
    Reading a raw file by column name, so that layouts of other years work:
    optional columns may be absent, required ones may not, extra ones are ignored.
-#}

{#- The columns a raw file really has: lower-case name -> name as written. Empty while parsing. -#}
{% macro source_columns(file) %}
    {%- set found = {} -%}
    {%- if execute -%}
        {%- for column in adapter.get_columns_in_relation(source('synthea', file)) -%}
            {%- do found.update({column.name | lower: column.name}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{% endmacro %}

{#- Stops with one error that names every required column a raw file lacks. -#}
{% macro require_columns(file, required, found) %}
    {%- set missing = [] -%}
    {%- for name in required if name | lower not in found -%}
        {%- do missing.append(name) -%}
    {%- endfor -%}
    {%- if execute and missing -%}
        {%- do exceptions.raise_compiler_error(
            file ~ ".csv in " ~ var('raw_dir') ~ " lacks required column"
            ~ ("s " if missing | length > 1 else " ") ~ missing | join(", ")
            ~ ". It has: " ~ found.values() | join(", ") ~ "."
        ) -%}
    {%- endif -%}
{% endmacro %}

{#-
    A query for the distinct rows of a raw file over the named columns, each as trimmed text under the
    name `raw_<column>`, null where empty or where an optional column is absent.
-#}
{% macro distinct_source_rows(file, required, optional=[]) %}
    {%- set found = source_columns(file) -%}
    {%- do require_columns(file, required, found) -%}
    select distinct
    {%- for name in required + optional %}
        {%- if not execute or name | lower in found %}
        nullif(trim({{ adapter.quote(found.get(name | lower, name)) }}), '') as raw_{{ name | lower }}
        {%- else %}
        cast(null as varchar) as raw_{{ name | lower }}
        {%- endif -%}
        {{ "," if not loop.last }}
    {%- endfor %}
    from {{ source('synthea', file) }}
{%- endmacro %}
