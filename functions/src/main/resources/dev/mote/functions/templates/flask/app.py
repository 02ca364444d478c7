from flask import Flask, jsonify, render_template, request

app = Flask(__name__)


@app.get("/")
def index():
    return render_template("index.html", name=request.args.get("name", "world"))


@app.get("/hello/<name>")
def hello(name):
    return jsonify(message=f"Hello, {name}!")
