{# Hooks of a node: before and after it, inside its transaction or outside. #}

{# Runs the hooks that stand inside of the transaction, or those outside of it, which is committed before. #}
{% macro run_hooks(hooks, inside_transaction=true) %}
    {% for hook in hooks if hook.transaction == inside_transaction %}
        {% if not inside_transaction and loop.first %}
            {% call statement(auto_begin=inside_transaction) %}
                commit;
            {% endcall %}
        {% endif %}
        {% do _run_hook(hook) %}
    {% endfor %}
{% endmacro %}

{# Runs one hook unless nothing is left of it when it is rendered. #}
{% macro _run_hook(hook) %}
    {% set rendered = render(hook.sql) | trim %}
    {% if rendered | length > 0 %}
        {% call statement(auto_begin=hook.transaction) %}
            {{ rendered }}
        {% endcall %}
    {% endif %}
{% endmacro %}

{# A hook as text, as configurations hold it. #}
{% macro make_hook_config(sql, inside_transaction) %}
    {{ tojson({'sql': sql, 'transaction': inside_transaction}) }}
{% endmacro %}

{# A hook that runs before the transaction begins. #}
{% macro before_begin(sql) %}
    {{ make_hook_config(sql, inside_transaction=false) }}
{% endmacro %}

{# A hook that runs inside of the transaction. #}
{% macro in_transaction(sql) %}
    {{ make_hook_config(sql, inside_transaction=true) }}
{% endmacro %}

{# A hook that runs after the transaction. #}
{% macro after_commit(sql) %}
    {{ make_hook_config(sql, inside_transaction=false) }}
{% endmacro %}

{# Settles what holds for the statements of one node alone; notes what `_leave_node` puts back. (dispatched) #}
{% macro _enter_node(entered) %}
    {{ return(adapter.dispatch('_enter_node', 'dbt')(entered)) }}
{% endmacro %}

{% macro default___enter_node(entered) %}
{% endmacro %}

{# Puts back what was there before a node, however the node ended. (dispatched) #}
{% macro _leave_node(entered) %}
    {{ return(adapter.dispatch('_leave_node', 'dbt')(entered)) }}
{% endmacro %}

{% macro default___leave_node(entered) %}
{% endmacro %}
