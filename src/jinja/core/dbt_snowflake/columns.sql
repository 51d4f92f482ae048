{# Snowflake's columns. #}

{# More columns than the answer can hold are an error, not a part of them. #}
{% macro snowflake__get_columns_in_relation(relation) -%}
    {%- set maximum = 10000 -%}
    {%- set described = run_query('describe table ' ~ relation.render()) -%}
    {%- if described.rows | length >= maximum -%}
        {%- do exceptions.raise_compiler_error(relation ~ ' has ' ~ maximum ~ ' columns or more, which is more than can be described') -%}
    {%- endif -%}
    {%- set columns = [] -%}
    {%- for row in described -%}
        {%- do columns.append(api.Column.from_description(row['name'], row['type'])) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}

{% macro snowflake__alter_column_type(relation, column_name, new_column_type) -%}
    {% call statement('alter_column_type') %}
        alter table {{ relation.render() }} alter {{ adapter.quote(column_name) }} set data type {{ new_column_type }};
    {% endcall %}
{%- endmacro %}

{# Columns are added and dropped in two statements. #}
{% macro snowflake__alter_relation_add_remove_columns(relation, add_columns, remove_columns) -%}
    {%- set kind = 'dynamic table' if relation.is_dynamic_table else relation.type -%}
    {%- if add_columns -%}
        {%- set added = [] -%}
        {%- for column in add_columns -%}
            {%- do added.append(column.quoted ~ ' ' ~ column.expanded_data_type) -%}
        {%- endfor -%}
        {%- do run_query('alter ' ~ kind ~ ' ' ~ relation.render() ~ ' add column ' ~ added | join(', ')) -%}
    {%- endif -%}
    {%- if remove_columns -%}
        {%- do run_query('alter ' ~ kind ~ ' ' ~ relation.render() ~ ' drop column ' ~ remove_columns | map(attribute='quoted') | join(', ')) -%}
    {%- endif -%}
{%- endmacro %}
