{#-
    Reading raw data by column name, so that layouts of other years work: optional columns may be absent,
    required ones may not, extra ones are ignored. On DuckDB it is a CSV file, on Snowflake a table of texts.
-#}

{#- The columns raw data really has: lower-case name -> name as written. Empty while parsing. -#}
{% macro source_columns(file) %}
    {%- set found = {} -%}
    {%- if execute -%}
        {%- for column in adapter.get_columns_in_relation(source('synthea', file)) -%}
            {%- do found.update({column.name | lower: column.name}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{% endmacro %}

{#- Where the rows of a source lie, in an error's words. -#}
{% macro raw_place(file) -%}
    {{ return(adapter.dispatch('raw_place', 'healthcare')(file)) }}
{%- endmacro %}

{% macro default__raw_place(file) -%}
    {{ return(file ~ ".csv in " ~ var('raw_dir')) }}
{%- endmacro %}

{% macro snowflake__raw_place(file) -%}
    {{ return("the table " ~ source('synthea', file)) }}
{%- endmacro %}

{#- Stops with one error that names every required column raw data lacks. -#}
{% macro require_columns(file, required, found) %}
    {%- set missing = [] -%}
    {%- for name in required if name | lower not in found -%}
        {%- do missing.append(name) -%}
    {%- endfor -%}
    {#- Of a table that is not there the database tells itself. -#}
    {%- if found and missing -%}
        {%- do exceptions.raise_compiler_error(
            raw_place(file) ~ " lacks required column"
            ~ ("s " if missing | length > 1 else " ") ~ missing | join(", ")
            ~ ". It has: " ~ found.values() | join(", ") ~ "."
        ) -%}
    {%- endif -%}
{% endmacro %}

{#-
    A column of a raw file or table as trimmed text, null where empty. Blanks are named, no-break spaces too, as
    databases differ in what they trim unasked.
-#}
{% macro raw_text(name) -%}
    nullif(trim({{ adapter.quote(name) }}, ' ' || chr(160)), '')
{%- endmacro %}

{#-
    A query for the distinct rows of a raw file or table over the named columns, each as trimmed text under the
    name `raw_<column>`, null where empty or where an optional column is absent.
-#}
{% macro distinct_source_rows(file, required, optional=[]) %}
    {%- set found = source_columns(file) -%}
    {%- do require_columns(file, required, found) -%}
    select distinct
    {%- for name in required + optional %}
        {%- if not found or name | lower in found %}
        {{ raw_text(found.get(name | lower, name)) }} as raw_{{ name | lower }}
        {%- else %}
        cast(null as varchar) as raw_{{ name | lower }}
        {%- endif -%}
        {{ "," if not loop.last }}
    {%- endfor %}
    from {{ source('synthea', file) }}
{%- endmacro %}
