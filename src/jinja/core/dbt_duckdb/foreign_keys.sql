{# Foreign keys on DuckDB: a table with one cannot be renamed afterwards, and one that is referred to cannot be replaced. #}

{% macro duckdb___keys_of_tables(existing) -%}
    {%- set present = _present_constraints(existing) if existing is not none and existing.is_table else [] -%}
    {{ return({
        'has_foreign': 'foreign_key' in present or 'foreign_key' in _promised_constraints(),
        'may_be_referred_to': 'primary_key' in present or 'unique' in present
    }) }}
{%- endmacro %}

{# The tables that refer to a relation are built anew later in this run: until then they are tables of the same rows
   without their keys. #}
{% macro duckdb___set_referring_aside(existing) -%}
    {%- set kept = [] -%}
    {%- set tables = _referring_tables(existing) -%}
    {%- do _check_built_later(existing, tables) -%}
    {%- for table in tables -%}
        {%- set relation = existing.incorporate(path={'identifier': table}, type='table') -%}
        {%- set aside = existing.incorporate(path={'identifier': table ~ '__dbt_fk_backup'}, type='table') -%}
        {%- do adapter.drop_relation(aside) -%}
        {%- do run_query('create table ' ~ aside ~ ' as select * from ' ~ relation) -%}
        {%- do adapter.drop_relation(relation) -%}
        {%- do kept.append({'relation': relation, 'aside': aside}) -%}
    {%- endfor -%}
    {{ return(kept) }}
{%- endmacro %}

{# The kinds of constraints that the model's contract promises. #}
{% macro _promised_constraints() -%}
    {%- set kinds = [] -%}
    {%- if (config.get('contract') or {}).enforced -%}
        {%- do kinds.extend((model.constraints or []) | map(attribute='type')) -%}
        {%- for column in (model.columns or {}).values() -%}
            {%- do kinds.extend((column.constraints or []) | map(attribute='type')) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(kinds) }}
{%- endmacro %}

{# The kinds of keys that a table has. #}
{% macro _present_constraints(relation) -%}
    {%- set kinds = [] -%}
    {% call statement('present_constraints', fetch_result=true) -%}
        select distinct lower(replace(constraint_type, ' ', '_'))
        from duckdb_constraints()
        where constraint_type in ('PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY')
            and {{ _same_name('database_name', relation.database) }}
            and {{ _same_name('schema_name', relation.schema) }}
            and {{ _same_name('table_name', relation.identifier) }}
    {%- endcall %}
    {%- for row in load_result('present_constraints').table -%}
        {%- do kinds.append(row[0]) -%}
    {%- endfor -%}
    {{ return(kinds) }}
{%- endmacro %}

{# Whether a column holds a name, whatever its letters. #}
{% macro _same_name(column, name) -%}
    lower({{ column }}) = '{{ name | lower | replace("'", "''") }}'
{%- endmacro %}

{# The tables that refer to a relation, and those that refer to them; the farthest first, as they can be dropped. #}
{% macro _referring_tables(relation) -%}
    {%- set tables = [] -%}
    {% call statement('referring_tables', fetch_result=true) -%}
        with recursive links as (
            select table_name as child, referenced_table as parent
            from duckdb_constraints()
            where constraint_type = 'FOREIGN KEY'
                and {{ _same_name('database_name', relation.database) }}
                and {{ _same_name('schema_name', relation.schema) }}
                and lower(table_name) != lower(referenced_table)
        ),
        referring as (
            select child, 1 as distance from links where {{ _same_name('parent', relation.identifier) }}
            union
            select links.child, distance + 1 from links join referring on lower(links.parent) = lower(referring.child)
        )
        select child from referring group by child order by max(distance) desc, child
    {%- endcall %}
    {%- for row in load_result('referring_tables').table -%}
        {%- do tables.append(row[0]) -%}
    {%- endfor -%}
    {{ return(tables) }}
{%- endmacro %}

{# Stops unless this run builds each table anew after the model: what would lose its keys for good is left as it is. #}
{% macro _check_built_later(relation, tables) -%}
    {%- set makers = {} -%}
    {%- for node in graph.nodes.values() if tables and node.resource_type == 'model' -%}
        {%- set name = (node.alias or node.name) | lower -%}
        {%- if name in tables | map('lower') and node.schema | lower == relation.schema | lower and node.database | lower == relation.database | lower -%}
            {%- do makers.update({name: node}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set earlier = [model.unique_id] + makers.values() | map(attribute='unique_id') | list -%}
    {%- set reasons = [] -%}
    {%- for table in tables -%}
        {%- set node = makers.get(table | lower) -%}
        {%- if not node -%}
            {%- do reasons.append(table ~ ' is made by no model') -%}
        {%- elif node.unique_id not in selected_resources -%}
            {%- do reasons.append(table ~ ' is not selected in this run') -%}
        {%- elif not node.depends_on.nodes | select('in', earlier) | list -%}
            {%- do reasons.append(table ~ " does not come after it: write `to: ref('" ~ model.name ~ "')`") -%}
        {%- elif not _is_built_anew(node) -%}
            {%- do reasons.append(table ~ ' is ' ~ node.config.materialized ~ ' and would lose its rows: run with --full-refresh') -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if reasons -%}
        {%- do exceptions.raise_compiler_error(
            relation ~ ' cannot be replaced, because foreign keys refer to it:\n' ~ reasons | join('\n')) -%}
    {%- endif -%}
{%- endmacro %}

{# Whether a model keeps nothing of its table. #}
{% macro _is_built_anew(node) -%}
    {%- set refreshes = flags.FULL_REFRESH if node.config.full_refresh is none else node.config.full_refresh -%}
    {{ return(node.config.materialized == 'table' or (node.config.materialized == 'incremental' and refreshes)) }}
{%- endmacro %}
