{# Files that lie in a stage are copied from there; a clone takes the place of the old table at once, and keeps who may
   read it. #}

{% macro snowflake__copy_raw_file_sql(relation, columns, path, stage) -%}
    {#- COPY takes the first line for the header, also where a name goes on in the second. -#}
    {%- if not stage or '\n' in columns | join -%}{{ return('') }}{%- endif -%}
    {%- set file = path.replace('\\', '/').split('/')[-1] -%}
    copy into {{ relation }} ({{ columns | join(', ') }})
    from '{{ stage.rstrip('/') }}/'
    files = ('{{ file | replace("'", "''") }}')
    file_format = (
        type = csv skip_header = 1 field_optionally_enclosed_by = '"' escape_unenclosed_field = none
        skip_blank_lines = true empty_field_as_null = true null_if = () encoding = 'UTF8')
    on_error = abort_statement
{%- endmacro %}

{% macro snowflake__replace_raw_table(relation, loaded) -%}
    {%- do run_query('create or replace table ' ~ relation ~ ' clone ' ~ loaded ~ ' copy grants') -%}
    {%- do run_query('drop table if exists ' ~ loaded) -%}
{%- endmacro %}
